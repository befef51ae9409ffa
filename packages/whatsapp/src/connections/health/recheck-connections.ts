import type { Installation } from "@waystation/core/context";
import { connections } from "@waystation/db/schema/schema";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { refreshConnection } from "./check-connection.ts";

const AT_ONCE = 20;

/**
 * Rechecks every active connection that was not checked for an hour. Rows are claimed one by one (by moving their time of
 * check), so that several servers share the work.
 */
export async function recheckDueConnections(platform: Installation): Promise<number> {
  const due = platform.db
    .select({ id: connections.id })
    .from(connections)
    .where(
      and(
        eq(connections.isActive, true),
        or(isNull(connections.checkedAt), lt(connections.checkedAt, sql`now() - interval '1 hour'`)),
      ),
    )
    .limit(AT_ONCE)
    .for("update", { skipLocked: true });
  const claimed = await platform.db
    .update(connections)
    .set({ checkedAt: sql`now()` })
    .where(sql`${connections.id} in ${due}`)
    .returning();
  for (const row of claimed) {
    await refreshConnection(platform, row);
    platform.feed.publish({ organizationId: row.organizationId, connectionId: row.id });
  }
  return claimed.length;
}
