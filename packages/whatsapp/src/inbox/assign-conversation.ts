import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { members } from "@waystation/db/schema/identity";
import { conversations } from "@waystation/db/schema/inbox";
import { and, eq } from "drizzle-orm";
import type { AssignInput } from "./inputs.ts";
import { requireConversation } from "./require-conversation.ts";

/** Assigns a conversation to a member of the organisation, or to nobody if `userId` is null. */
export async function assignConversation(ctx: Context, input: AssignInput) {
  const { conversation, connection } = await requireConversation(ctx, input.conversationId);
  if (input.userId !== null) {
    const [person] = await ctx.db
      .select({ id: members.id })
      .from(members)
      .where(and(eq(members.organizationId, ctx.organizationId), eq(members.userId, input.userId)));
    if (!person) throw new DomainError("not_found", "This person does not belong to your organisation.");
  }
  await ctx.db
    .update(conversations)
    .set({ assigneeId: input.userId })
    .where(eq(conversations.id, conversation.id));
  ctx.feed.publish({
    organizationId: ctx.organizationId,
    connectionId: connection.id,
    conversationId: conversation.publicId,
  });
  return { assigneeId: input.userId };
}
