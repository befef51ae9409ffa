import { conversationActivity, conversationReads } from "@waystation/db/schema-inbox";
import { and, eq, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { organizationNumber } from "./list-conversations.ts";

/** Nobody reads a badge beyond this. */
const MOST = 100;

/** How many open conversations hold something that this person has not seen; 100 stands for that and more. */
export async function countUnread(ctx: Context) {
  const a = conversationActivity;
  const some = ctx.db
    .select({ one: sql`1` })
    .from(a)
    .leftJoin(
      conversationReads,
      and(
        eq(conversationReads.conversationId, a.conversationId),
        eq(conversationReads.userId, ctx.actor.userId),
      ),
    )
    .where(
      and(
        eq(a.organizationNo, await organizationNumber(ctx)),
        eq(a.isOpen, true),
        sql`${a.incoming} > coalesce(${conversationReads.incoming}, 0)`,
      ),
    )
    .limit(MOST)
    .as("some");
  const [row] = await ctx.db.select({ count: sql<number>`count(*)::int` }).from(some);
  return { count: row?.count ?? 0 };
}
