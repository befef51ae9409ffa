import { type Keyring, seal, sealKeyIdOf, unseal } from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { installationSettings } from "@waystation/db/schema/schema";
import { and, eq } from "drizzle-orm";
import {
  KEY_CHECK_CONTEXT,
  KEY_CHECK_TEXT,
  readKeyCheck,
  readSealedValues,
  replaceSealedValue,
  type SealedValue,
} from "./sealed-values.ts";

/**
 * Reseals values that were sealed with other keys with the first key, and returns their number. Each value is replaced
 * separately and only if unchanged since it was read, so the run can be stopped, repeated, and done beside a running server.
 */
export async function rewrapSealedValues(db: Database, keyring: Keyring): Promise<number> {
  const current = keyring.keys[0]?.id;
  let rewrapped = 0;
  for await (const page of readSealedValues(db))
    for (const one of page)
      if (sealKeyIdOf(one.sealed) !== current && (await rewrap(db, keyring, one))) rewrapped += 1;
  const canary = await readKeyCheck(db);
  if (canary && sealKeyIdOf(canary) !== current) {
    const value = seal(keyring, KEY_CHECK_CONTEXT, unseal(keyring, KEY_CHECK_CONTEXT, canary));
    await db
      .update(installationSettings)
      .set({ value })
      .where(and(eq(installationSettings.key, KEY_CHECK_TEXT), eq(installationSettings.value, canary)));
  }
  return rewrapped;
}

function rewrap(db: Database, keyring: Keyring, one: SealedValue): Promise<boolean> {
  return replaceSealedValue(db, one, seal(keyring, one.place, unseal(keyring, one.place, one.sealed)));
}
