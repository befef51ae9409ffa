ALTER TABLE "connection_hours" ADD COLUMN "unrouted" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "connection_hours" ADD COLUMN "unrouted_channels" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "connection_hours" ADD COLUMN "unrouted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "outgoing_messages" ADD COLUMN "sid_prefix" text;--> statement-breakpoint
ALTER TABLE "media_files" ADD COLUMN "declared_type" text;