CREATE TABLE "media_files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"message_id" bigint,
	"no" smallint DEFAULT 0 NOT NULL,
	"type" text NOT NULL,
	"name" text,
	"size" integer NOT NULL,
	"uploaded_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "media_files_of_message" UNIQUE("message_id","no")
);
--> statement-breakpoint
ALTER TABLE "media_files" ADD CONSTRAINT "media_files_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media_files" ADD CONSTRAINT "media_files_uploaded_by_users_id_fk" FOREIGN KEY ("uploaded_by") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "media_files_unsent" ON "media_files" USING btree ("created_at") WHERE "media_files"."message_id" is null;--> statement-breakpoint
CREATE INDEX "media_files_of_uploader" ON "media_files" USING btree ("uploaded_by") WHERE "media_files"."uploaded_by" is not null;--> statement-breakpoint
ALTER TABLE "media_files" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;
