import type { Context } from "@waystation/core/context";
import { users } from "@waystation/db/schema/identity";
import { apiKeys } from "@waystation/db/schema/schema";
import { desc, eq, sql } from "drizzle-orm";

const MOST = 200;

/** The organisation's keys: those that work, then what remains of others. Never the key itself. */
export async function listApiKeys(ctx: Context) {
  const state = sql<
    "working" | "expired" | "revoked"
  >`case when ${apiKeys.revokedAt} is not null then 'revoked'
    when ${apiKeys.expiresAt} <= now() then 'expired' else 'working' end`;
  const rows = await ctx.db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      role: apiKeys.role,
      start: apiKeys.start,
      state,
      madeBy: users.name,
      madeById: apiKeys.createdBy,
      createdAt: apiKeys.createdAt,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      revokedAt: apiKeys.revokedAt,
    })
    .from(apiKeys)
    .leftJoin(users, eq(users.id, apiKeys.createdBy))
    .where(eq(apiKeys.organizationId, ctx.organizationId))
    .orderBy(desc(sql`${state} = 'working'`), desc(apiKeys.id))
    .limit(MOST);
  return rows.map((row) => ({
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }));
}
