DROP INDEX "conversation_reads_behind";--> statement-breakpoint
ALTER TABLE "conversation_reads" ADD COLUMN "behind_message_id" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "contact_name" text;--> statement-breakpoint
CREATE FUNCTION "remember_where_behind"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	SELECT last_message_id INTO NEW.behind_message_id FROM conversation_activity WHERE conversation_id = NEW.conversation_id;
	RETURN NEW;
END
$$;
--> statement-breakpoint
-- The contact is locked, so that a name which somebody else is just changing is read after that, or this row is seen by them.
CREATE FUNCTION "name_conversation"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	their_name text;
BEGIN
	SELECT name INTO their_name FROM contacts WHERE id = NEW.contact_id FOR SHARE;
	UPDATE conversations SET contact_name = their_name WHERE id = NEW.id AND their_name IS NOT NULL;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "rename_conversations"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	UPDATE conversations SET contact_name = NEW.name WHERE contact_id = NEW.id;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "conversation_reads_behind" BEFORE INSERT OR UPDATE ON "conversation_reads" FOR EACH ROW WHEN (NEW.is_behind) EXECUTE FUNCTION "remember_where_behind"();--> statement-breakpoint
CREATE TRIGGER "conversations_name" AFTER INSERT ON "conversations" FOR EACH ROW WHEN (NEW.contact_name IS NULL) EXECUTE FUNCTION "name_conversation"();--> statement-breakpoint
CREATE TRIGGER "contacts_name" AFTER UPDATE ON "contacts" FOR EACH ROW WHEN (NEW.name IS DISTINCT FROM OLD.name) EXECUTE FUNCTION "rename_conversations"();--> statement-breakpoint
UPDATE "conversations" c SET "contact_name" = k.name FROM "contacts" k WHERE k.id = c.contact_id AND k.name IS NOT NULL;--> statement-breakpoint
UPDATE "conversation_reads" r SET "behind_message_id" = a.last_message_id FROM "conversation_activity" a WHERE r.is_behind AND a.conversation_id = r.conversation_id;--> statement-breakpoint
CREATE INDEX "conversation_reads_unread" ON "conversation_reads" USING btree ("user_id","behind_message_id") WHERE "conversation_reads"."is_behind";
