import type { Context } from "@waystation/core/context";
import { conversationPage, viewerCte } from "./conversation-pages.ts";

/** The badge shows no larger number. */
const MOST = 100;

/**
 * The number of open conversations with messages that the user has not read, at most 100, and of those with a note that
 * mentions the user.
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
