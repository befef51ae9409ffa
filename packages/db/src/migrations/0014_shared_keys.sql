CREATE TABLE "twilio_shared_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"connection_id" uuid NOT NULL,
	"key_id" text NOT NULL,
	"algorithm" text NOT NULL,
	"secret_sealed" text,
	"secret_last_four" text NOT NULL,
	"added_by" uuid,
	"added_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "twilio_shared_keys_of_connection" UNIQUE("connection_id","key_id")
);
--> statement-breakpoint
ALTER TABLE "twilio_shared_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhook_rejections" ADD COLUMN "key_id" text;--> statement-breakpoint
ALTER TABLE "webhook_rejections" ADD COLUMN "other_algorithm" text;--> statement-breakpoint
ALTER TABLE "twilio_shared_keys" ADD CONSTRAINT "twilio_shared_keys_connection" FOREIGN KEY ("organization_id","connection_id") REFERENCES "public"."twilio_whatsapp_connections"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "twilio_shared_keys" ADD CONSTRAINT "twilio_shared_keys_added_by" FOREIGN KEY ("added_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "of_organization" ON "twilio_shared_keys" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));