import { randomBytes } from "node:crypto";
import type { Database } from "@waystation/db/client";
import { members } from "@waystation/db/schema/identity";
import { installationSettings } from "@waystation/db/schema/schema";
import { eq } from "drizzle-orm";

export const SETUP_TOKEN_KEY = "setup_token";

/** The token with which the first visitor sets up this installation; null once it has an owner. */
export async function ensureSetupToken(db: Database, preset: string | null): Promise<string | null> {
  if (await hasOwner(db)) {
    await db.delete(installationSettings).where(eq(installationSettings.key, SETUP_TOKEN_KEY));
    return null;
  }
  const row = { key: SETUP_TOKEN_KEY, value: preset ?? randomBytes(18).toString("base64url") };
  if (preset)
    await db
      .insert(installationSettings)
      .values(row)
      .onConflictDoUpdate({ target: installationSettings.key, set: { value: preset } });
  else await db.insert(installationSettings).values(row).onConflictDoNothing();
  const [stored] = await db
    .select({ value: installationSettings.value })
    .from(installationSettings)
    .where(eq(installationSettings.key, SETUP_TOKEN_KEY));
  return stored?.value ?? null;
}

export async function hasOwner(db: Database): Promise<boolean> {
  const rows = await db.select({ id: members.id }).from(members).where(eq(members.role, "owner")).limit(1);
  return rows.length > 0;
}
