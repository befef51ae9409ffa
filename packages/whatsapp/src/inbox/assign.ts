import { conversations } from "@waystation/db/schema-inbox";
import { members } from "@waystation/db/schema-people";
import { and, eq } from "drizzle-orm";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { findConversation } from "./find-conversation.ts";
import type { Assign } from "./inputs.ts";

/** Gives a conversation to a member of the organisation, or to nobody. */
export async function assign(ctx: Context, input: Assign) {
  const { conversation, connection } = await findConversation(ctx, input.conversationId);
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
