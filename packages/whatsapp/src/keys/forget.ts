import type { Database } from "@waystation/db/client";
import { instance } from "@waystation/db/schema";
import { and, eq } from "drizzle-orm";
import { keyIdOf } from "../credentials.ts";
import { CANARY, readCanary, readSeals, replaceSeal } from "./seals.ts";

/**
 * Gives up what a lost key sealed; answers how many credentials that were. Their connections must be connected again, and
 * people whose second step is among them sign in with a backup code.
 */
export async function forgetKey(db: Database, keyId: string): Promise<number> {
  let forgotten = 0;
  for await (const page of readSeals(db))
    for (const one of page)
      if (keyIdOf(one.sealed) === keyId && (await replaceSeal(db, one, null))) forgotten += 1;
  const canary = await readCanary(db);
  if (canary && keyIdOf(canary) === keyId)
    await db.delete(instance).where(and(eq(instance.key, CANARY), eq(instance.value, canary)));
  return forgotten;
}
