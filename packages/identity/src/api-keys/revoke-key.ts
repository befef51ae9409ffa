import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { apiKeys } from "@waystation/db/schema/schema";
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import { lockTeam } from "../team/lock-team.ts";
import type { RevokeApiKeyInput } from "./inputs.ts";

/** Ends a key at once, its open streams too. Any admin may: a key that is lost must not wait for an owner. */
export async function revokeApiKey(ctx: Context, input: RevokeApiKeyInput) {
  const [userId] = await ctx.db.transaction(async (tx) => {
    await lockTeam(tx, ctx);
    return revokeApiKeys(tx, ctx, { keyIds: [input.keyId] });
  });
  if (userId) ctx.feed.publish({ organizationId: ctx.organizationId, userId });
  return { id: input.keyId };
}

interface Revocation {
  keyIds: string[];
  /** Only keys that this person has made. */
  madeBy?: string;
}

/** Within the lock of the team: ends these keys, and answers the accounts whose open streams have to be looked at. */
export async function revokeApiKeys(
  tx: Database,
  ctx: Context,
  { keyIds, madeBy }: Revocation,
): Promise<string[]> {
  const ids = [...new Set(keyIds)];
  if (ids.length === 0) return [];
  const meant = and(
    eq(apiKeys.organizationId, ctx.organizationId),
    inArray(apiKeys.id, ids),
    madeBy === undefined ? undefined : eq(apiKeys.createdBy, madeBy),
  );
  const keys = await tx.select().from(apiKeys).where(meant).orderBy(asc(apiKeys.id));
  if (keys.length < ids.length)
    throw new DomainError("not_found", "There is no such key in your organisation. Load the page again.");
  const revoked = await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(meant, isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  const ended = new Set(revoked.map(({ id }) => id));
  for (const key of keys)
    if (ended.has(key.id))
      await recordAudit(tx, ctx, "key.revoked", key.name, { key: key.start, role: key.role });
  return keys.map(({ userId }) => userId);
}
