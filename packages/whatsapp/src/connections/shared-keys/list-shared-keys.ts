import type { Context } from "@waystation/core/context";
import { type Keyring, SealError, sharedKeyField, unseal } from "@waystation/core/credentials";
import { users } from "@waystation/db/schema/identity";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { and, asc, eq, inArray } from "drizzle-orm";

/** The shared keys of connections for display, oldest first. Contains only the last four characters of a secret. */
export async function listSharedKeys(
  ctx: Pick<Context, "db" | "keyring" | "organizationId">,
  connectionIds: string[],
) {
  const rows = await ctx.db
    .select({ key: sharedKeys, addedBy: users.name })
    .from(sharedKeys)
    .leftJoin(users, eq(users.id, sharedKeys.addedBy))
    .where(
      and(eq(sharedKeys.organizationId, ctx.organizationId), inArray(sharedKeys.connectionId, connectionIds)),
    )
    .orderBy(asc(sharedKeys.addedAt), asc(sharedKeys.id));
  return rows.map(({ key, addedBy }) => ({
    connectionId: key.connectionId,
    keyId: key.keyId,
    algorithm: key.algorithm,
    lastFour: key.secretLastFour,
    addedAt: key.addedAt.toISOString(),
    addedBy,
    isReadable: canOpen(ctx.keyring, key),
  }));
}

export type SharedKeyView = Omit<Awaited<ReturnType<typeof listSharedKeys>>[number], "connectionId">;

function canOpen(keyring: Keyring, key: typeof sharedKeys.$inferSelect): boolean {
  if (key.secretSealed === null) return false;
  const { organizationId, connectionId } = key;
  try {
    unseal(keyring, { organizationId, connectionId, field: sharedKeyField(key.keyId) }, key.secretSealed);
    return true;
  } catch (error) {
    if (error instanceof SealError) return false;
    throw error;
  }
}
