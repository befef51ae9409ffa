import { randomUUID } from "node:crypto";
import type { Context } from "@waystation/core/context";
import {
  contactIdentities,
  contacts,
  conversationActivity,
  conversations,
} from "@waystation/db/schema/inbox";
import { connections } from "@waystation/db/schema/schema";
import { organizationNumber } from "./list-conversations.ts";

/** A conversation after a customer's first message, for tests that need neither Twilio nor its webhooks. */
export async function addConversation(ctx: Context, { name = "Anna Becker", contactId = 0 } = {}) {
  const organizationNo = await organizationNumber(ctx);
  const tag = randomUUID();
  const accountSid = `AC${tag.replaceAll("-", "")}`;
  const ours = `whatsapp:+1415${String(Math.random()).slice(2, 9)}`;
  const address = `whatsapp:+49151${String(Math.random()).slice(2, 11)}`;
  const [connection] = await ctx.installation.db
    .insert(connections)
    .values({
      id: tag,
      organizationId: ctx.organizationId,
      mode: "test",
      accountSid,
      accountName: "Acme",
      accountStatus: "active",
      accountType: "full",
      ownerAccountSid: accountSid,
      sender: ours,
      authTokenSealed: "none",
    })
    .returning();
  const [contact] =
    contactId > 0
      ? [{ id: contactId }]
      : await ctx.installation.db.insert(contacts).values({ organizationNo, name }).returning();
  if (!connection || !contact) throw new Error("Nothing was inserted");
  if (contactId === 0)
    await ctx.installation.db
      .insert(contactIdentities)
      .values({ organizationNo, address, contactId: contact.id });
  const [conversation] = await ctx.installation.db
    .insert(conversations)
    .values({
      publicId: randomUUID(),
      organizationNo,
      connectionNo: connection.no,
      ours,
      contactId: contact.id,
      address,
    })
    .returning();
  if (!conversation) throw new Error("Nothing was inserted");
  const moment = new Date();
  await ctx.installation.db.insert(conversationActivity).values({
    conversationId: conversation.id,
    organizationNo,
    lastMessageId: conversation.id,
    lastAt: moment,
    lastIncomingAt: moment,
    lastIncomingId: conversation.id,
    incoming: 1,
    preview: "Hello",
  });
  return { conversationId: conversation.publicId, contactId: contact.id, connectionId: connection.id };
}
