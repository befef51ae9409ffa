import type { Context } from "@waystation/core/context";
import { conversationActivity, conversations } from "@waystation/db/schema/inbox";
import { eq } from "drizzle-orm";
import type { ConversationInput } from "./inputs.ts";
import { requireConversation } from "./require-conversation.ts";

/** Removes a conversation from the open list. The customer's next message reopens it. */
export async function resolveConversation(ctx: Context, input: ConversationInput) {
  return setOpen(ctx, input, false);
}

export async function reopenConversation(ctx: Context, input: ConversationInput) {
  return setOpen(ctx, input, true);
}

async function setOpen(ctx: Context, input: ConversationInput, isOpen: boolean) {
  const { conversation, activity, connection } = await requireConversation(ctx, input.conversationId);
  await ctx.db.transaction(async (tx) => {
    await tx
      .update(conversations)
      .set({ resolvedMessageId: isOpen ? null : activity.lastMessageId })
      .where(eq(conversations.id, conversation.id));
    await tx
      .update(conversationActivity)
      .set({ isOpen })
      .where(eq(conversationActivity.conversationId, conversation.id));
  });
  ctx.feed.publish({
    organizationId: ctx.organizationId,
    connectionId: connection.id,
    conversationId: conversation.publicId,
  });
  return { isOpen };
}
