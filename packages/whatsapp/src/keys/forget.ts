import type { Database } from "@waystation/db/client";
import { connections, instance } from "@waystation/db/schema";
import { and, eq } from "drizzle-orm";
import { keyIdOf } from "../credentials.ts";
import { CANARY, readCanary, readSeals, sealedColumns } from "./seals.ts";

/** Gives up what a lost key sealed; answers how many credentials that were. Their connections must be connected again. */
export async function forgetKey(db: Database, keyId: string): Promise<number> {
  let forgotten = 0;
  for await (const page of readSeals(db))
    for (const { place, sealed } of page) {
      if (keyIdOf(sealed) !== keyId) continue;
      const empty = {
        auth_token: { authTokenSealed: null },
        auth_token_next: { authTokenNextSealed: null },
        api_key_secret: { apiKeySecretSealed: null },
      }[place.field];
      await db
        .update(connections)
        .set(empty)
        .where(and(eq(connections.id, place.connectionId), eq(sealedColumns[place.field], sealed)));
      forgotten += 1;
    }
  const canary = await readCanary(db);
  if (canary && keyIdOf(canary) === keyId)
    await db.delete(instance).where(and(eq(instance.key, CANARY), eq(instance.value, canary)));
  return forgotten;
}
