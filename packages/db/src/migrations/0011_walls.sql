CREATE TABLE "organization_people" (
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "organization_people_organization_id_user_id_pk" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "organization_people" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "api_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "audit_log" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "connection_hours" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "twilio_whatsapp_connections" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhook_event_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "twilio_whatsapp_webhook_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "webhook_rejections" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "invitations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "members" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "organizations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "users" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contact_identities" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contacts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversation_activity" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversation_reads" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "inbox_marks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "messages" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "outgoing_messages" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "media_files" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "canned_replies" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contact_notes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "conversation_notes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "note_mentions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "organization_people" ADD CONSTRAINT "organization_people_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_people" ADD CONSTRAINT "organization_people_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO "organization_people"
	SELECT organization_id, user_id FROM members
	UNION SELECT organization_id, user_id FROM api_keys
	UNION SELECT organization_id, inviter_id FROM invitations
	UNION SELECT organization_id, uploaded_by FROM media_files WHERE uploaded_by IS NOT NULL
	UNION SELECT organization_id, actor_id FROM audit_log WHERE actor_id IS NOT NULL
	UNION SELECT o.id, c.assignee_id FROM conversations c JOIN organizations o ON o.no = c.organization_no WHERE c.assignee_id IS NOT NULL
	UNION SELECT o.id, m.author_id FROM outgoing_messages m JOIN organizations o ON o.no = m.organization_no WHERE m.author_id IS NOT NULL
	UNION SELECT o.id, n.author_id FROM conversation_notes n JOIN organizations o ON o.no = n.organization_no WHERE n.author_id IS NOT NULL
	UNION SELECT o.id, n.user_id FROM note_mentions n JOIN organizations o ON o.no = n.organization_no
	UNION SELECT o.id, n.edited_by FROM contact_notes n JOIN organizations o ON o.no = n.organization_no WHERE n.edited_by IS NOT NULL;
--> statement-breakpoint
CREATE FUNCTION "remember_person"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO organization_people (organization_id, user_id) VALUES (NEW.organization_id, NEW.user_id) ON CONFLICT DO NOTHING;
	RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "members_person" BEFORE INSERT ON "members" FOR EACH ROW EXECUTE FUNCTION "remember_person"();--> statement-breakpoint
CREATE TRIGGER "api_keys_person" BEFORE INSERT ON "api_keys" FOR EACH ROW EXECUTE FUNCTION "remember_person"();--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_person" FOREIGN KEY ("organization_id","user_id") REFERENCES "public"."organization_people"("organization_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_person" FOREIGN KEY ("organization_id","user_id") REFERENCES "public"."organization_people"("organization_id","user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "of_organization" ON "api_keys" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "audit_log" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "connection_hours" AS PERMISSIVE FOR ALL TO public USING (connection_no = any (array(select c.no from twilio_whatsapp_connections c where c.organization_id = (select current_setting('waystation.organization_id')::uuid))));--> statement-breakpoint
CREATE POLICY "of_organization" ON "twilio_whatsapp_connections" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "webhook_event_keys" AS PERMISSIVE FOR ALL TO public USING (connection_no = any (array(select c.no from twilio_whatsapp_connections c where c.organization_id = (select current_setting('waystation.organization_id')::uuid))));--> statement-breakpoint
CREATE POLICY "of_organization" ON "twilio_whatsapp_webhook_events" AS PERMISSIVE FOR ALL TO public USING (connection_no = any (array(select c.no from twilio_whatsapp_connections c where c.organization_id = (select current_setting('waystation.organization_id')::uuid))));--> statement-breakpoint
CREATE POLICY "of_organization" ON "webhook_rejections" AS PERMISSIVE FOR ALL TO public USING (connection_no = any (array(select c.no from twilio_whatsapp_connections c where c.organization_id = (select current_setting('waystation.organization_id')::uuid))));--> statement-breakpoint
CREATE POLICY "of_organization" ON "invitations" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "members" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "organizations" AS PERMISSIVE FOR ALL TO public USING (id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "users" AS PERMISSIVE FOR ALL TO public USING (exists (select 1 from organization_people p where p.organization_id = (select current_setting('waystation.organization_id')::uuid) and p.user_id = users.id));--> statement-breakpoint
CREATE POLICY "of_organization" ON "contact_identities" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "contacts" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "conversation_activity" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "conversation_reads" AS PERMISSIVE FOR ALL TO public USING (user_id = (select current_setting('waystation.user_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "conversations" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "inbox_marks" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "messages" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "outgoing_messages" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "media_files" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "canned_replies" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));--> statement-breakpoint
CREATE POLICY "of_organization" ON "contact_notes" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "conversation_notes" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "note_mentions" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
CREATE POLICY "of_organization" ON "organization_people" AS PERMISSIVE FOR ALL TO public USING (organization_id = (select current_setting('waystation.organization_id')::uuid));