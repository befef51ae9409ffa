CREATE EXTENSION IF NOT EXISTS btree_gin;--> statement-breakpoint
CREATE TABLE "contact_identities" (
	"organization_no" integer NOT NULL,
	"address" text NOT NULL,
	"contact_id" bigint NOT NULL,
	CONSTRAINT "contact_identities_organization_no_address_pk" PRIMARY KEY("organization_no","address")
);
--> statement-breakpoint
CREATE TABLE "contacts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "contacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"organization_no" integer NOT NULL,
	"name" text,
	"username" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "contacts_of_organization" UNIQUE("organization_no","id")
);
--> statement-breakpoint
CREATE TABLE "conversation_activity" (
	"conversation_id" bigint PRIMARY KEY NOT NULL,
	"organization_no" integer NOT NULL,
	"last_message_id" bigint NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"last_incoming_at" timestamp with time zone,
	"last_incoming_id" bigint,
	"incoming" integer DEFAULT 0 NOT NULL,
	"is_open" boolean DEFAULT true NOT NULL,
	"preview" text
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "conversations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"public_id" uuid NOT NULL,
	"organization_no" integer NOT NULL,
	"connection_no" integer NOT NULL,
	"ours" text NOT NULL,
	"contact_id" bigint NOT NULL,
	"address" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversations_publicId_unique" UNIQUE("public_id"),
	CONSTRAINT "conversations_once" UNIQUE("connection_no","ours","contact_id"),
	CONSTRAINT "conversations_of_organization" UNIQUE("organization_no","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" bigint PRIMARY KEY NOT NULL,
	"organization_no" integer NOT NULL,
	"connection_no" integer NOT NULL,
	"conversation_id" bigint NOT NULL,
	"sid" uuid,
	"is_incoming" boolean NOT NULL,
	"kind" smallint NOT NULL,
	"status" smallint NOT NULL,
	"error_code" integer,
	"at" timestamp with time zone NOT NULL,
	"body" text
);
--> statement-breakpoint
CREATE TABLE "outgoing_messages" (
	"message_id" bigint PRIMARY KEY NOT NULL,
	"public_id" uuid NOT NULL,
	"organization_no" integer NOT NULL,
	"client_key" text NOT NULL,
	"author_id" uuid,
	CONSTRAINT "outgoing_messages_publicId_unique" UNIQUE("public_id"),
	CONSTRAINT "outgoing_messages_once" UNIQUE("organization_no","client_key")
);
--> statement-breakpoint
DROP INDEX "audit_log_newest";--> statement-breakpoint
DROP INDEX "webhook_events_newest";--> statement-breakpoint
DROP INDEX "webhook_rejections_newest";--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "no" integer NOT NULL GENERATED ALWAYS AS IDENTITY (sequence name "organizations_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1);--> statement-breakpoint
ALTER TABLE "conversation_activity" ADD CONSTRAINT "conversation_activity_organization_no_conversation_id_conversations_organization_no_id_fk" FOREIGN KEY ("organization_no","conversation_id") REFERENCES "public"."conversations"("organization_no","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_organization_no_contact_id_contacts_organization_no_id_fk" FOREIGN KEY ("organization_no","contact_id") REFERENCES "public"."contacts"("organization_no","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_identities_of_contact" ON "contact_identities" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "conversation_activity_list" ON "conversation_activity" USING btree ("organization_no","is_open","last_message_id");--> statement-breakpoint
CREATE INDEX "conversations_of_contact" ON "conversations" USING btree ("contact_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_sid" ON "messages" USING btree ("sid","connection_no");--> statement-breakpoint
CREATE INDEX "messages_thread" ON "messages" USING btree ("conversation_id","id");--> statement-breakpoint
CREATE INDEX "messages_words" ON "messages" USING gin ("organization_no",(("id" >> 11)),to_tsvector('simple', coalesce("body", '')));--> statement-breakpoint
CREATE INDEX "audit_log_newest" ON "audit_log" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "webhook_events_newest" ON "twilio_whatsapp_webhook_events" USING btree ("connection_no","id");--> statement-breakpoint
CREATE INDEX "webhook_rejections_newest" ON "webhook_rejections" USING btree ("connection_no","id");--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_no_unique" UNIQUE("no");--> statement-breakpoint
ALTER TABLE "messages" SET (fillfactor = 90);--> statement-breakpoint
ALTER TABLE "conversation_activity" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "connection_hours" SET (fillfactor = 50);
