import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { connections } from "@waystation/db/schema/schema";
import { and, eq } from "drizzle-orm";

export type ConnectionRecord = typeof connections.$inferSelect;

/** Throws the same `not_found` for a missing connection and for another organisation's. */
export async function requireConnection(
  ctx: Pick<Context, "db" | "organizationId">,
  connectionId: string,
): Promise<ConnectionRecord> {
  const [row] = await ctx.db
    .select()
    .from(connections)
    .where(and(eq(connections.organizationId, ctx.organizationId), eq(connections.id, connectionId)));
  if (!row) throw new DomainError("not_found", "There is no such connection in your organisation.");
  return row;
}
