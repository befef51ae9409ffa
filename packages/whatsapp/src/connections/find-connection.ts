import { connections } from "@waystation/db/schema";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";

export type Connection = typeof connections.$inferSelect;

/** The organisation's connection, or the refusal that does not say whether another organisation has it. */
export async function findConnection(
  ctx: Pick<Context, "db" | "organizationId">,
  connectionId: string,
): Promise<Connection> {
  const [row] = await ctx.db
    .select()
    .from(connections)
    .where(and(eq(connections.organizationId, ctx.organizationId), eq(connections.id, connectionId)));
  if (!row) throw new DomainError("not_found", "There is no such connection in your organisation.");
  return row;
}
