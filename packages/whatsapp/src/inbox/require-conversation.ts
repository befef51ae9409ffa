import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { organizations } from "@waystation/db/schema/identity";
import { contacts, conversationActivity, conversations } from "@waystation/db/schema/inbox";
import { connections } from "@waystation/db/schema/schema";
import { and, eq } from "drizzle-orm";

/**
 * A conversation with its related rows. Throws the same `not_found` for a missing conversation and for another organisation's.
 */
export async function requireConversation(ctx: Pick<Context, "db" | "organizationId">, publicId: string) {
  const [row] = await ctx.db
    .select({
      conversation: conversations,
      activity: conversationActivity,
      contact: contacts,
      connection: connections,
    })
    .from(conversations)
    .innerJoin(organizations, eq(organizations.no, conversations.organizationNo))
    .innerJoin(conversationActivity, eq(conversationActivity.conversationId, conversations.id))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .innerJoin(connections, eq(connections.no, conversations.connectionNo))
    .where(and(eq(organizations.id, ctx.organizationId), eq(conversations.publicId, publicId)));
  if (!row) throw conversationNotFound();
  return row;
}

export function conversationNotFound(): DomainError {
  return new DomainError("not_found", "There is no such conversation in your organisation.");
}

export type ConversationRecord = Awaited<ReturnType<typeof requireConversation>>;
