import type { Context } from "@waystation/core/context";
import { users } from "@waystation/db/schema/identity";
import { contactIdentities } from "@waystation/db/schema/inbox";
import { eq } from "drizzle-orm";
import { readTestClock } from "../connections/simulator-clock.ts";
import { attachmentProblem } from "../media/uploads/attachment-problem.ts";
import type { ConversationInput } from "./inputs.ts";
import { requireConversation } from "./require-conversation.ts";
import { optOutOfContact } from "./sending/opt-out.ts";
import { serviceWindowClosesAt } from "./sending/service-window.ts";

/** A conversation with all addresses of its contact and the end of the customer service window. */
export async function getConversation(ctx: Context, input: ConversationInput) {
  const { conversation, activity, contact, connection } = await requireConversation(
    ctx,
    input.conversationId,
  );
  const [identities, optOut, clock, [assignee]] = await Promise.all([
    ctx.db
      .select({ address: contactIdentities.address })
      .from(contactIdentities)
      .where(eq(contactIdentities.contactId, contact.id)),
    optOutOfContact(ctx, contact),
    readTestClock(ctx),
    conversation.assigneeId
      ? ctx.db
          .select({ id: users.id, name: users.name })
          .from(users)
          .where(eq(users.id, conversation.assigneeId))
      : [],
  ]);
  return {
    id: conversation.publicId,
    connectionId: connection.id,
    isConnected: connection.isActive,
    showsTyping: connection.showsTyping,
    ours: conversation.ours,
    contact: {
      name: contact.name,
      username: contact.username,
      address: conversation.address,
      addresses: identities.map((identity) => identity.address).sort(),
      since: contact.createdAt.toISOString(),
      optOut,
    },
    assignee: assignee ?? null,
    isOpen: activity.isOpen,
    /** Why no file can be sent from this connection; null if files can be sent. */
    attachmentProblem: attachmentProblem(ctx.publicUrl, connection.mode),
    windowClosesAt: serviceWindowClosesAt(activity.lastIncomingAt, connection, clock)?.toISOString() ?? null,
  };
}
