ALTER TABLE "twilio_whatsapp_connections" ALTER COLUMN "owner_account_sid" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "twilio_whatsapp_connections" ADD COLUMN "unchecked" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_rejections" ADD COLUMN "target" text;