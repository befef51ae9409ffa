ALTER TABLE "users" ALTER COLUMN "email" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "address" text;--> statement-breakpoint
UPDATE "users" SET "address" = "email";--> statement-breakpoint
ALTER TABLE "users" ALTER COLUMN "address" SET NOT NULL;--> statement-breakpoint
CREATE FUNCTION "fill_user_address"() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	-- The previous version writes "email" alone, and needs it unique; this one writes "address" alone.
	IF NEW.address IS NULL THEN
		NEW.address := NEW.email;
	ELSIF NEW.email IS NULL THEN
		PERFORM pg_advisory_xact_lock(1402, hashtext(NEW.address));
		NEW.email := CASE WHEN EXISTS (SELECT FROM users u WHERE u.email = NEW.address) THEN NEW.address || ' ' || NEW.id ELSE NEW.address END;
	END IF;
	RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "users_address" BEFORE INSERT ON "users" FOR EACH ROW EXECUTE FUNCTION "fill_user_address"();--> statement-breakpoint
CREATE INDEX "call_counts_by_start" ON "call_counts" USING btree ("window_start");--> statement-breakpoint
CREATE INDEX "rate_limits_by_time" ON "rate_limits" USING btree ("last_request");--> statement-breakpoint
CREATE INDEX "users_of_address" ON "users" USING btree ("address");--> statement-breakpoint
CREATE UNIQUE INDEX "users_verified_address" ON "users" USING btree ("address") WHERE email_verified;--> statement-breakpoint
CREATE INDEX "verifications_by_end" ON "verifications" USING btree ("expires_at");