import type { Database } from "@waystation/db/client";
import { connections, instance } from "@waystation/db/schema";
import { asc, eq, gt, isNotNull, or } from "drizzle-orm";
import { keyIdOf, type SealedPlace } from "../credentials.ts";

/** One row of `instance` is sealed too, so that a server notices another installation's key before it seals anything. */
export const CANARY = "keyring_canary";
export const CANARY_PLACE: SealedPlace = {
  organizationId: "instance",
  connectionId: CANARY,
  field: "auth_token",
};

export const sealedColumns = {
  auth_token: connections.authTokenSealed,
  auth_token_next: connections.authTokenNextSealed,
  api_key_secret: connections.apiKeySecretSealed,
} as const satisfies Record<SealedPlace["field"], unknown>;

export interface Seal {
  place: SealedPlace;
  sealed: string;
}

const PAGE = 100;

/** Every seal of the database but the canary, page by page. */
export async function* readSeals(db: Database): AsyncGenerator<Seal[]> {
  const fields = Object.keys(sealedColumns) as SealedPlace["field"][];
  let after: string | null = null;
  while (true) {
    const rows: ({ id: string; organizationId: string } & Record<SealedPlace["field"], string | null>)[] =
      await db
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

/** How many credentials each key has sealed. */
export async function countSeals(db: Database): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for await (const page of readSeals(db))
    for (const { sealed } of page) counts.set(keyIdOf(sealed), (counts.get(keyIdOf(sealed)) ?? 0) + 1);
  return counts;
}

export async function readCanary(db: Database): Promise<string | null> {
  const [row] = await db.select().from(instance).where(eq(instance.key, CANARY));
  return row?.value ?? null;
}
