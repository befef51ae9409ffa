CREATE TABLE "webhook_event_keys" (
	"sid" uuid NOT NULL,
	"step" smallint NOT NULL,
	"word" text,
	"connection_no" integer NOT NULL,
	"event_id" bigint NOT NULL
);
--> statement-breakpoint
INSERT INTO "webhook_event_keys" ("sid", "step", "word", "connection_no", "event_id")
	SELECT "sid", "step", "word", "connection_no", "id" FROM "twilio_whatsapp_webhook_events";
--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_event_keys_once" ON "webhook_event_keys" USING btree ("sid","step","connection_no") WHERE "webhook_event_keys"."word" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_event_keys_once_word" ON "webhook_event_keys" USING btree ("sid","word","connection_no") WHERE "webhook_event_keys"."word" is not null;--> statement-breakpoint
ALTER TABLE "twilio_whatsapp_webhook_events" RENAME TO "webhook_events_in_one";--> statement-breakpoint
ALTER TABLE "webhook_events_in_one" ALTER COLUMN "id" DROP IDENTITY;--> statement-breakpoint
DROP INDEX "webhook_events_newest";--> statement-breakpoint
ALTER TABLE "webhook_events_in_one" DROP CONSTRAINT "twilio_whatsapp_webhook_events_pkey";--> statement-breakpoint
CREATE SEQUENCE "public"."twilio_whatsapp_webhook_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
SELECT setval('twilio_whatsapp_webhook_events_id_seq', greatest(
	(SELECT coalesce(max("id"), 0) FROM "webhook_events_in_one"),
	(SELECT coalesce(max("id"), 0) FROM "messages")) + 1, false);
--> statement-breakpoint
CREATE TABLE "twilio_whatsapp_webhook_events" (
	"id" bigint NOT NULL,
	"connection_no" integer NOT NULL,
	"sid" uuid NOT NULL,
	"step" smallint NOT NULL,
	"word" text,
	"outcome" smallint DEFAULT 0 NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"body" text NOT NULL,
	"body_bytes" "bytea",
	CONSTRAINT "twilio_whatsapp_webhook_events_id_received_at_pk" PRIMARY KEY("id","received_at")
) PARTITION BY RANGE ("received_at");
--> statement-breakpoint
CREATE INDEX "webhook_events_newest" ON "twilio_whatsapp_webhook_events" USING btree ("connection_no","id");--> statement-breakpoint
CREATE TABLE "twilio_whatsapp_webhook_events_rest" PARTITION OF "twilio_whatsapp_webhook_events" DEFAULT;--> statement-breakpoint
INSERT INTO "twilio_whatsapp_webhook_events" ("id", "connection_no", "sid", "step", "word", "outcome", "received_at", "body", "body_bytes")
	SELECT "id", "connection_no", "sid", "step", "word", "outcome", "received_at", "body", "body_bytes" FROM "webhook_events_in_one";
--> statement-breakpoint
DROP TABLE "webhook_events_in_one";
