import { type Keyring, SealError, unseal } from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { readSealedValues, type SealedValue } from "./sealed-values.ts";

/** Decrypts every sealed value. Returns how many succeeded and which failed. */
export async function verifySealedValues(db: Database, keyring: Keyring) {
  const broken: { connectionId: string; field: string; problem: string }[] = [];
  let opened = 0;
  for await (const page of readSealedValues(db))
    for (const one of page) {
      const problem = tryOpen(keyring, one);
      if (problem === null) opened += 1;
      else broken.push({ connectionId: one.place.connectionId, field: one.place.field, problem });
    }
  return { opened, broken };
}

function tryOpen(keyring: Keyring, { place, sealed }: SealedValue): string | null {
  try {
    unseal(keyring, place, sealed);
    return null;
  } catch (error) {
    if (error instanceof SealError) return error.message;
    throw error;
  }
}
