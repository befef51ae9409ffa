CREATE TABLE "message_search" (
	"organization_no" integer NOT NULL,
	"message_id" bigint NOT NULL,
	"conversation_id" bigint NOT NULL,
	"words" "tsvector" NOT NULL,
	CONSTRAINT "message_search_organization_no_message_id_pk" PRIMARY KEY("organization_no","message_id")
);
--> statement-breakpoint
ALTER TABLE "message_search" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "folded_name" text;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "folded_username" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "contact_folded_name" text;--> statement-breakpoint
-- Every three letters that stand side by side, also at the end, whatever the database's locale takes for letters.
CREATE FUNCTION "name_grams"("folded" text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
	SELECT pg_catalog.array_to_tsvector(coalesce(array_agg(pg_catalog.substr(folded, place, 3)), '{}'::text[]))
	FROM pg_catalog.generate_series(1, pg_catalog.length(folded)) place
$$;
--> statement-breakpoint
CREATE INDEX "message_search_words" ON "message_search" USING gin ("organization_no",(("message_id" >> 11)),"words");--> statement-breakpoint
CREATE INDEX "contacts_name_grams" ON "contacts" USING gin ("organization_no",name_grams(coalesce("folded_name", '') || coalesce("folded_username", '')));--> statement-breakpoint
CREATE POLICY "of_organization" ON "message_search" AS PERMISSIVE FOR ALL TO public USING (organization_no = (select current_setting('waystation.organization_no')::integer));--> statement-breakpoint
-- Whoever removes a message or its text removes its words.
CREATE FUNCTION "forget_words_of_deleted"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	DELETE FROM message_search s USING gone g WHERE s.organization_no = g.organization_no AND s.message_id = g.id;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE FUNCTION "forget_words"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	DELETE FROM message_search WHERE organization_no = OLD.organization_no AND message_id = OLD.id;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "messages_deleted_words" AFTER DELETE ON "messages" REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION "forget_words_of_deleted"();--> statement-breakpoint
CREATE TRIGGER "messages_changed_words" AFTER UPDATE OF "body" ON "messages" FOR EACH ROW WHEN (OLD.body IS DISTINCT FROM NEW.body) EXECUTE FUNCTION "forget_words"();--> statement-breakpoint
CREATE OR REPLACE FUNCTION "name_conversation"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	contact contacts%ROWTYPE;
BEGIN
	SELECT * INTO contact FROM contacts WHERE id = NEW.contact_id FOR SHARE;
	UPDATE conversations SET contact_name = contact.name,
		contact_folded_name = nullif(coalesce(contact.folded_name, '') || coalesce(contact.folded_username, ''), '')
	WHERE id = NEW.id AND (contact.name IS NOT NULL OR contact.folded_username IS NOT NULL);
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION "rename_conversations"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
	UPDATE conversations SET contact_name = NEW.name,
		contact_folded_name = nullif(coalesce(NEW.folded_name, '') || coalesce(NEW.folded_username, ''), '')
	WHERE contact_id = NEW.id;
	RETURN NULL;
END
$$;
--> statement-breakpoint
DROP TRIGGER "contacts_name" ON "contacts";--> statement-breakpoint
CREATE TRIGGER "contacts_name" AFTER UPDATE ON "contacts" FOR EACH ROW WHEN (NEW.name IS DISTINCT FROM OLD.name OR NEW.folded_name IS DISTINCT FROM OLD.folded_name OR NEW.folded_username IS DISTINCT FROM OLD.folded_username) EXECUTE FUNCTION "rename_conversations"();--> statement-breakpoint
-- Where there is anything to find, servers of the release before this one search by these until the new index is complete; then
-- the server drops them.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM messages) AND NOT EXISTS (SELECT FROM contacts) THEN
		DROP INDEX "contacts_name_parts";
		DROP INDEX "messages_words";
	ELSE
		INSERT INTO instance (key, value) VALUES ('search_index', '{"version":0}');
	END IF;
END
$$;
