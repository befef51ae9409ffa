import { type SealContext, sealKeyIdOf, sharedKeyField } from "@waystation/core/credentials";
import type { Database } from "@waystation/db/client";
import { secondFactors } from "@waystation/db/schema/identity";
import { connections, installationSettings } from "@waystation/db/schema/schema";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { totpSealContext } from "@waystation/identity/second-factor/totp-secret";
import { and, asc, eq, gt, isNotNull, or } from "drizzle-orm";

/** One sealed row of `instance`. With it a server detects the key of another installation before it seals anything. */
export const KEY_CHECK_TEXT = "keyring_canary";
export const KEY_CHECK_CONTEXT: SealContext = {
  organizationId: "instance",
  connectionId: KEY_CHECK_TEXT,
  field: "auth_token",
};

const sealedColumns = {
  auth_token: connections.authTokenSealed,
  auth_token_next: connections.authTokenNextSealed,
  api_key_secret: connections.apiKeySecretSealed,
} as const;
const propertyOf = {
  auth_token: "authTokenSealed",
  auth_token_next: "authTokenNextSealed",
  api_key_secret: "apiKeySecretSealed",
} as const;
type ConnectionField = keyof typeof sealedColumns;

export interface SealedValue {
  place: SealContext;
  sealed: string;
}

const PAGE = 100;

/** All sealed values of the database except the canary, in pages. */
export async function* readSealedValues(db: Database): AsyncGenerator<SealedValue[]> {
  yield* readConnections(db);
  yield* readSecondFactors(db);
  yield* readSharedKeys(db);
}

/** Replaces a sealed value, or removes it if `fresh` is null. Returns false if the value changed meanwhile. */
export async function replaceSealedValue(
  db: Database,
  seal: SealedValue,
  fresh: string | null,
): Promise<boolean> {
  const replaced = await replaceIn(db, seal, fresh);
  return replaced.length > 0;
}

function replaceIn(
  db: Database,
  { place, sealed }: SealedValue,
  fresh: string | null,
): Promise<{ id: string }[]> {
  const { connectionId, field } = place;
  if (field === "totp_secret")
    return db
      .update(secondFactors)
      .set({ secretSealed: fresh })
      .where(and(eq(secondFactors.userId, connectionId), eq(secondFactors.secretSealed, sealed)))
      .returning({ id: secondFactors.userId });
  if (isConnectionField(field))
    return db
      .update(connections)
      .set({ [propertyOf[field]]: fresh })
      .where(and(eq(connections.id, connectionId), eq(sealedColumns[field], sealed)))
      .returning({ id: connections.id });
  return db
    .update(sharedKeys)
    .set({ secretSealed: fresh })
    .where(and(eq(sharedKeys.connectionId, connectionId), eq(sharedKeys.secretSealed, sealed)))
    .returning({ id: sharedKeys.id });
}

function isConnectionField(field: SealContext["field"]): field is ConnectionField {
  return Object.hasOwn(sealedColumns, field);
}

async function* readSharedKeys(db: Database): AsyncGenerator<SealedValue[]> {
  let after: string | null = null;
  while (true) {
    const rows: Omit<typeof sharedKeys.$inferSelect, "algorithm">[] = await db
      .select()
      .from(sharedKeys)
      .where(after ? gt(sharedKeys.id, after) : undefined)
      .orderBy(asc(sharedKeys.id))
      .limit(PAGE);
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    yield rows.flatMap(({ organizationId, connectionId, keyId, secretSealed: sealed }) =>
      sealed === null
        ? []
        : [{ place: { organizationId, connectionId, field: sharedKeyField(keyId) }, sealed }],
    );
  }
}

async function* readSecondFactors(db: Database): AsyncGenerator<SealedValue[]> {
  let after: string | null = null;
  while (true) {
    const rows: { userId: string; sealed: string | null }[] = await db
      .select({ userId: secondFactors.userId, sealed: secondFactors.secretSealed })
      .from(secondFactors)
      .where(after ? gt(secondFactors.userId, after) : undefined)
      .orderBy(asc(secondFactors.userId))
      .limit(PAGE);
    const last = rows.at(-1);
    if (!last) return;
    after = last.userId;
    yield rows.flatMap(({ userId, sealed }) =>
      sealed === null ? [] : [{ place: totpSealContext(userId), sealed }],
    );
  }
}

async function* readConnections(db: Database): AsyncGenerator<SealedValue[]> {
  const fields = Object.keys(sealedColumns) as ConnectionField[];
  let after: string | null = null;
  while (true) {
    const rows: ({ id: string; organizationId: string } & Record<ConnectionField, string | null>)[] = await db
      .select({ id: connections.id, organizationId: connections.organizationId, ...sealedColumns })
      .from(connections)
      .where(after ? gt(connections.id, after) : or(...Object.values(sealedColumns).map(isNotNull)))
      .orderBy(asc(connections.id))
      .limit(PAGE);
    const last = rows.at(-1);
    if (!last) return;
    after = last.id;
    yield rows.flatMap((row) =>
      fields.flatMap((field) => {
        const sealed = row[field];
        const place = { organizationId: row.organizationId, connectionId: row.id, field };
        return sealed === null ? [] : [{ place, sealed }];
      }),
    );
  }
}

/** The number of values sealed with each key. */
export async function countSealedValues(db: Database): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of readSealedValues(db))
    for (const { sealed } of page)
      counts.set(sealKeyIdOf(sealed), (counts.get(sealKeyIdOf(sealed)) ?? 0) + 1);
  return counts;
}

export async function readKeyCheck(db: Database): Promise<string | null> {
  const [row] = await db
    .select()
    .from(installationSettings)
    .where(eq(installationSettings.key, KEY_CHECK_TEXT));
  return row?.value ?? null;
}
