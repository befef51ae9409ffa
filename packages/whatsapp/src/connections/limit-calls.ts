import { callCounts } from "@waystation/db/schema";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";

const CALLS_A_MINUTE = 10;

/** Counts one call of the organisation that reaches Twilio, over all servers; refuses the eleventh in a minute. */
export async function limitTwilioCalls(ctx: Pick<Context, "db" | "organizationId">): Promise<void> {
  const fresh = sql`${callCounts.windowStart} <= now() - interval '1 minute'`;
  const [row] = await ctx.db
    .insert(callCounts)
    .values({ key: `twilio:${ctx.organizationId}`, windowStart: sql`now()`, count: 1 })
    .onConflictDoUpdate({
      target: callCounts.key,
      set: {
        count: sql`case when ${fresh} then 1 else ${callCounts.count} + 1 end`,
        windowStart: sql`case when ${fresh} then now() else ${callCounts.windowStart} end`,
      },
    })
    .returning({
      count: callCounts.count,
      waitSeconds: sql<number>`ceil(extract(epoch from ${callCounts.windowStart} + interval '1 minute' - now()))::int`,
    });
  if (row && row.count > CALLS_A_MINUTE)
    throw new DomainError(
      "too_many_requests",
      `Your organisation has asked Twilio ${CALLS_A_MINUTE} times in the last minute. Wait ${row.waitSeconds} seconds and try again.`,
    );
}
