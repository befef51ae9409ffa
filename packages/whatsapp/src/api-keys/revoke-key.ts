import { apiKeys } from "@waystation/db/schema";
import { and, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { lockTeam } from "../team/lock.ts";
import type { RevokeKey } from "./inputs.ts";

/** Ends a key at once, its open streams too. Any admin may: a key that is lost must not wait for an owner. */
export async function revokeKey(ctx: Context, input: RevokeKey) {
  const ours = and(eq(apiKeys.organizationId, ctx.organizationId), eq(apiKeys.id, input.keyId));
  const userId = await ctx.db.transaction(async (tx) => {
    await lockTeam(tx, ctx);
    const [key] = await tx.select().from(apiKeys).where(ours);
    if (!key) throw new DomainError("not_found", "There is no such key in your organisation.");
    const revoked = await tx
      .update(apiKeys)
      .set({ revokedAt: sql`now()` })
      .where(and(ours, isNull(apiKeys.revokedAt)))
      .returning({ id: apiKeys.id });
    if (revoked.length > 0)
      await recordAudit(tx, ctx, "key.revoked", key.name, { key: key.start, role: key.role });
    return key.userId;
  });
  ctx.feed.publish({ organizationId: ctx.organizationId, userId });
  return { id: input.keyId };
}
