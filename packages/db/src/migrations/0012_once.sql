ALTER TABLE "conversation_notes" ADD COLUMN "client_key" text;--> statement-breakpoint
ALTER TABLE "conversation_notes" ADD CONSTRAINT "conversation_notes_once" UNIQUE("organization_no","client_key");