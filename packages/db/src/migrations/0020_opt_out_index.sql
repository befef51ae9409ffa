DROP INDEX "messages_asks";--> statement-breakpoint
CREATE INDEX "messages_short_incoming" ON "messages" USING btree ("conversation_id","id") WHERE is_incoming and char_length(body) <= 60;--> statement-breakpoint
CREATE INDEX "messages_rejected_by_recipient" ON "messages" USING btree ("conversation_id","id") WHERE error_code in (21610, 63033);