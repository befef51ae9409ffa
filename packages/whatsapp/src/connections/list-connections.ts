import type { Context } from "@waystation/core/context";
import { connections } from "@waystation/db/schema/schema";
import { asc, desc, eq } from "drizzle-orm";
import { viewConnections } from "./connection-view.ts";

/** The organisation's connections with their health, active ones first. Never calls Twilio. */
export async function listConnectionStatus(ctx: Context) {
  const rows = await ctx.db
    .select()
    .from(connections)
    .where(eq(connections.organizationId, ctx.organizationId))
    .orderBy(desc(connections.isActive), asc(connections.no));
  return viewConnections(ctx, rows);
}
