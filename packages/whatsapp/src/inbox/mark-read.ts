import { conversationReads } from "@waystation/db/schema-inbox";
import { sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { findConversation } from "./find-conversation.ts";
import type { ConversationInput } from "./inputs.ts";

/** This person has seen everything in the conversation. */
export async function markRead(ctx: Context, input: ConversationInput) {
  const { conversation, activity } = await findConversation(ctx, input.conversationId);
  const seen = await ctx.db
    .insert(conversationReads)
    .values({ userId: ctx.actor.userId, conversationId: conversation.id, incoming: activity.incoming })
    .onConflictDoUpdate({
      target: [conversationReads.userId, conversationReads.conversationId],
      set: { incoming: sql`excluded.incoming` },
      setWhere: sql`${conversationReads.incoming} < excluded.incoming`,
    })
    .returning({ incoming: conversationReads.incoming });
  if (seen.length > 0)
    ctx.feed.publish({
      organizationId: ctx.organizationId,
      conversationId: conversation.publicId,
      userId: ctx.actor.userId,
    });
  return { unread: 0 };
}
