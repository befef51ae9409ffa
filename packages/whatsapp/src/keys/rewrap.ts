import type { Database } from "@waystation/db/client";
import { instance } from "@waystation/db/schema";
import { and, eq } from "drizzle-orm";
import { type Keyring, keyIdOf, open, seal } from "../credentials.ts";
import { CANARY, CANARY_PLACE, readCanary, readSeals, replaceSeal, type Seal } from "./seals.ts";

/**
 * Seals anew with the first key what another key sealed; answers how many. Each seal by itself and only while it is still
 * the one that was read: it may be stopped, repeated, and run beside a working server.
 */
export async function rewrapSeals(db: Database, keyring: Keyring): Promise<number> {
  const current = keyring.keys[0]?.id;
  let rewrapped = 0;
  for await (const page of readSeals(db))
    for (const one of page)
      if (keyIdOf(one.sealed) !== current && (await rewrap(db, keyring, one))) rewrapped += 1;
  const canary = await readCanary(db);
  if (canary && keyIdOf(canary) !== current) {
    const value = seal(keyring, CANARY_PLACE, open(keyring, CANARY_PLACE, canary));
    await db
      .update(instance)
      .set({ value })
      .where(and(eq(instance.key, CANARY), eq(instance.value, canary)));
  }
  return rewrapped;
}

function rewrap(db: Database, keyring: Keyring, one: Seal): Promise<boolean> {
  return replaceSeal(db, one, seal(keyring, one.place, open(keyring, one.place, one.sealed)));
}
