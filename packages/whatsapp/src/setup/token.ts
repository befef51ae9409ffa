import { randomBytes } from "node:crypto";
import type { Database } from "@waystation/db/client";
import { instance } from "@waystation/db/schema";
import { members } from "@waystation/db/schema-people";
import { eq } from "drizzle-orm";

export const SETUP_TOKEN = "setup_token";

/** The token with which the first visitor sets up this installation; null once it has an owner. */
export async function ensureSetupToken(db: Database, preset: string | null): Promise<string | null> {
  if (await hasOwner(db)) {
    await db.delete(instance).where(eq(instance.key, SETUP_TOKEN));
    return null;
  }
  const row = { key: SETUP_TOKEN, value: preset ?? randomBytes(18).toString("base64url") };
  if (preset)
    await db
      .insert(instance)
      .values(row)
      .onConflictDoUpdate({ target: instance.key, set: { value: preset } });
  else await db.insert(instance).values(row).onConflictDoNothing();
  const [stored] = await db
    .select({ value: instance.value })
    .from(instance)
    .where(eq(instance.key, SETUP_TOKEN));
  return stored?.value ?? null;
}

export async function hasOwner(db: Database): Promise<boolean> {
  const rows = await db.select({ id: members.id }).from(members).where(eq(members.role, "owner")).limit(1);
  return rows.length > 0;
}
