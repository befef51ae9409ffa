import { sealKeyIdOf } from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { installationSettings } from "@waystation/db/schema/schema";
import { and, eq } from "drizzle-orm";
import { KEY_CHECK_TEXT, readKeyCheck, readSealedValues, replaceSealedValue } from "./sealed-values.ts";

/**
 * Removes the values sealed with a lost key and returns their number. Their connections must be connected again, and users
 * whose second factor is among them sign in with a backup code.
 */
export async function removeSealingKey(db: Database, keyId: string): Promise<number> {
  let forgotten = 0;
  for await (const page of readSealedValues(db))
    for (const one of page)
      if (sealKeyIdOf(one.sealed) === keyId && (await replaceSealedValue(db, one, null))) forgotten += 1;
  const canary = await readKeyCheck(db);
  if (canary && sealKeyIdOf(canary) === keyId)
    await db
      .delete(installationSettings)
      .where(and(eq(installationSettings.key, KEY_CHECK_TEXT), eq(installationSettings.value, canary)));
  return forgotten;
}
