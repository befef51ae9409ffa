import type { Context } from "@waystation/core/context";
import { conversationPage, viewerCte } from "./conversation-pages.ts";

/** Nobody reads a badge beyond this. */
const MOST = 100;

/**
 * How many open conversations hold something that this person has not seen (100 stands for that and more), and in how many
 * a note mentions them.
 */
export async function countUnread(ctx: Context) {
  const [row] = await ctx.query<{ count: number; mentions: number }>(COUNT, [
    ctx.organizationId,
    ctx.actor.userId,
    String(Number.MAX_SAFE_INTEGER),
  ]);
  return row ?? { count: 0, mentions: 0 };
}

const COUNT = `
  with ${viewerCte}
  select (select count(*)::int from (${conversationPage("unread", "open", MOST)}) page) as count,
    (select count(distinct conversation_id)::int from note_mentions
      where organization_no = (select no from me) and user_id = $2::uuid and seen_at is null) as mentions`;
