import { connections } from "@waystation/db/schema";
import { asc, desc, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { viewConnections } from "./view.ts";

/** The organisation's connections with their health, active ones first. Asks the database only, never Twilio. */
export async function status(ctx: Context) {
  const rows = await ctx.db
    .select()
    .from(connections)
    .where(eq(connections.organizationId, ctx.organizationId))
    .orderBy(desc(connections.isActive), asc(connections.no));
  return viewConnections(ctx, rows);
}
