import type { Context } from "@waystation/core/context";
import { conversationReads } from "@waystation/db/schema/inbox";
import { noteMentions } from "@waystation/db/schema/notes";
import { and, eq, isNull, or, sql } from "drizzle-orm";
import { advanceReadCursor } from "./advance-read-cursor.ts";
import type { ConversationInput } from "./inputs.ts";
import { requireConversation } from "./require-conversation.ts";

/** Marks the conversation's messages and the notes that mention the user as read. */
export async function markRead(ctx: Context, input: ConversationInput) {
  const { conversation, activity } = await requireConversation(ctx, input.conversationId);
  const seen = await ctx.db
    .insert(conversationReads)
    .values({ userId: ctx.actor.userId, conversationId: conversation.id, incoming: activity.incoming })
    .onConflictDoUpdate({
      target: [conversationReads.userId, conversationReads.conversationId],
      set: { incoming: sql`excluded.incoming`, isBehind: false },
      setWhere: or(sql`${conversationReads.incoming} < excluded.incoming`, conversationReads.isBehind),
    })
    .returning({ incoming: conversationReads.incoming });
  const mentions = await ctx.db
    .update(noteMentions)
    .set({ seenAt: sql`now()` })
    .where(
      and(
        eq(noteMentions.organizationNo, conversation.organizationNo),
        eq(noteMentions.userId, ctx.actor.userId),
        eq(noteMentions.conversationId, conversation.id),
        isNull(noteMentions.seenAt),
      ),
    )
    .returning({ noteId: noteMentions.noteId });
  if (seen.length + mentions.length > 0)
    ctx.feed.publish({
      organizationId: ctx.organizationId,
      conversationId: conversation.publicId,
      userId: ctx.actor.userId,
    });
  await advanceReadCursor(ctx);
  return { unread: 0 };
}
