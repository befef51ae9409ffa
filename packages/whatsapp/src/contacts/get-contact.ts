import type { Context } from "@waystation/core/context";
import { users } from "@waystation/db/schema/identity";
import { conversationActivity, conversations } from "@waystation/db/schema/inbox";
import { contactNotes } from "@waystation/db/schema/notes";
import { connections } from "@waystation/db/schema/schema";
import { and, desc, eq, ne } from "drizzle-orm";
import { requireConversation } from "../inbox/require-conversation.ts";
import type { GetContactInput } from "./inputs.ts";

/** Other conversations listed beside the thread. */
const MOST = 20;

/** The team's note about a conversation's contact, and the contact's other conversations. */
export async function getContact(ctx: Context, input: GetContactInput) {
  const { conversation, contact } = await requireConversation(ctx, input.conversationId);
  const { organizationNo } = conversation;
  const [[note], others] = await Promise.all([
    ctx.db
      .select({ body: contactNotes.body, editedAt: contactNotes.editedAt, editedBy: users.name })
      .from(contactNotes)
      .leftJoin(users, eq(users.id, contactNotes.editedBy))
      .where(and(eq(contactNotes.organizationNo, organizationNo), eq(contactNotes.contactId, contact.id))),
    ctx.db
      .select({
        id: conversations.publicId,
        ours: conversations.ours,
        isConnected: connections.isActive,
        isOpen: conversationActivity.isOpen,
        lastAt: conversationActivity.lastAt,
        preview: conversationActivity.preview,
      })
      .from(conversations)
      .innerJoin(conversationActivity, eq(conversationActivity.conversationId, conversations.id))
      .innerJoin(connections, eq(connections.no, conversations.connectionNo))
      .where(
        and(
          eq(conversations.organizationNo, organizationNo),
          eq(conversations.contactId, contact.id),
          ne(conversations.id, conversation.id),
        ),
      )
      .orderBy(desc(conversationActivity.lastMessageId))
      .limit(MOST),
  ]);
  return {
    note: note ? { ...note, editedAt: note.editedAt.toISOString() } : null,
    others: others.map((other) => ({
      ...other,
      lastAt: other.lastAt.toISOString(),
      preview: other.preview ?? "",
    })),
  };
}
