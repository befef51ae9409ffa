CREATE EXTENSION IF NOT EXISTS pg_trgm;--> statement-breakpoint
CREATE TABLE "inbox_marks" (
	"user_id" uuid NOT NULL,
	"organization_no" integer NOT NULL,
	"message_id" bigint NOT NULL,
	CONSTRAINT "inbox_marks_user_id_organization_no_pk" PRIMARY KEY("user_id","organization_no")
);
--> statement-breakpoint
ALTER TABLE "conversation_reads" ADD COLUMN "is_behind" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "inbox_marks" ADD CONSTRAINT "inbox_marks_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_identities_parts" ON "contact_identities" USING gin ("organization_no","address" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "contacts_name_parts" ON "contacts" USING gin ("organization_no","name" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "conversation_reads_behind" ON "conversation_reads" USING btree ("user_id","conversation_id") WHERE "conversation_reads"."is_behind";