import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { toPgText } from "@waystation/core/text";
import { users } from "@waystation/db/schema/identity";
import { conversationActivity, messages, outgoingMessages } from "@waystation/db/schema/inbox";
import { and, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { readTestClock } from "../../connections/simulator-clock.ts";
import { filesOf } from "../../media/files-of-messages.ts";
import { attachFile, kindOfAttachment } from "../../media/uploads/attach-file.ts";
import { attachmentProblem } from "../../media/uploads/attachment-problem.ts";
import { storeSearchWords } from "../../search/store-search-words.ts";
import { MESSAGE_KINDS, PREVIEW_LENGTH } from "../../webhooks/content/message-kind.ts";
import type { SendMessageInput } from "../inputs.ts";
import { messageView } from "../messages/list-messages.ts";
import { requireConversation } from "../require-conversation.ts";
import { optOutOfContact } from "./opt-out.ts";
import { outgoingSids } from "./outgoing-sids.ts";
import { isServiceWindowOpen, serviceWindowClosesAt } from "./service-window.ts";

/**
 * Queues a text or a file. The message and its job are stored in one transaction; Twilio is called afterwards. A repeated
 * `clientKey` returns the same message and sends nothing.
 */
export async function sendMessage(ctx: Context, input: SendMessageInput) {
  const { conversation, activity, contact, connection } = await requireConversation(
    ctx,
    input.conversationId,
  );
  const earlier = await byClientKey(ctx, conversation.organizationNo, input.clientKey);
  if (earlier) return view(ctx, earlier);
  if (!connection.isActive)
    throw new DomainError("disconnected", "This sender is disconnected. Connect it again to answer from it.");
  const closesAt = serviceWindowClosesAt(activity.lastIncomingAt, connection, await readTestClock(ctx));
  if (!isServiceWindowOpen(closesAt)) {
    const closedAt = closesAt?.toISOString() ?? null;
    throw new DomainError(
      "window_closed",
      "WhatsApp's 24 hours for free answers are over: only an approved template reaches this customer now, until they write again.",
      { detail: { closedAt } },
    );
  }
  const optOut = input.evenThough === "opted_out" ? null : await optOutOfContact(ctx, contact);
  if (optOut)
    throw new DomainError(
      "opted_out",
      "This person asked not to be written to, or blocked your number. Write only if you know that they want it now.",
      { detail: { ...optOut } },
    );
  const { attachmentId } = input;
  if (attachmentId !== undefined) {
    const problem = attachmentProblem(ctx.publicUrl, connection.mode);
    if (problem) throw new DomainError("not_reachable", problem);
  }
  const kind =
    attachmentId === undefined ? "text" : await kindOfAttachment(ctx, attachmentId, conversation.id);
  const body = toPgText(input.body);
  await ctx.db.transaction(async (tx) => {
    const [message] = await tx
      .insert(messages)
      .values({
        id: sql`nextval('twilio_whatsapp_webhook_events_id_seq')`,
        organizationNo: conversation.organizationNo,
        connectionNo: conversation.connectionNo,
        conversationId: conversation.id,
        isIncoming: false,
        kind: MESSAGE_KINDS.indexOf(kind),
        status: 0,
        at: sql`now()`,
        body,
      })
      .returning();
    if (!message) throw new Error("The message was not saved");
    const [fresh] = await tx
      .insert(outgoingMessages)
      .values({
        messageId: message.id,
        publicId: uuidv7(),
        organizationNo: conversation.organizationNo,
        clientKey: input.clientKey,
        authorId: ctx.actor.userId,
      })
      .onConflictDoNothing()
      .returning();
    // A concurrent request with the same key has stored the message.
    if (!fresh) return tx.delete(messages).where(eq(messages.id, message.id));
    if (attachmentId !== undefined) await attachFile(tx, ctx, attachmentId, message.id, conversation.id);
    await storeSearchWords(tx, message);
    await tx
      .update(conversationActivity)
      .set({
        lastMessageId: sql`greatest(${conversationActivity.lastMessageId}, ${message.id})`,
        lastAt: sql`greatest(${conversationActivity.lastAt}, ${message.at.toISOString()}::timestamptz)`,
        preview: sql`case when ${message.id} > ${conversationActivity.lastMessageId} then ${body.slice(0, PREVIEW_LENGTH).toWellFormed()} else ${conversationActivity.preview} end`,
      })
      .where(eq(conversationActivity.conversationId, conversation.id));
    await ctx.jobs.send(tx, message.id, conversation.id, conversation.connectionNo);
  });
  ctx.jobs.wake();
  const saved = await byClientKey(ctx, conversation.organizationNo, input.clientKey);
  if (!saved) throw new Error("The message just saved is gone");
  ctx.feed.publish({
    organizationId: ctx.organizationId,
    connectionId: connection.id,
    conversationId: conversation.publicId,
  });
  return view(ctx, saved);
}

async function view(ctx: Context, row: NonNullable<Awaited<ReturnType<typeof byClientKey>>>) {
  const files = await filesOf(ctx, [{ message: row.message, params: null }]);
  const { message, outgoing } = row;
  const sids = await outgoingSids(ctx, [{ ...message, sidPrefix: outgoing.sidPrefix }]);
  return messageView(ctx, row, { files: files.get(message.id), twilioSid: sids.get(message.id) });
}

async function byClientKey(ctx: Context, organizationNo: number, clientKey: string) {
  const [row] = await ctx.db
    .select({ message: messages, outgoing: outgoingMessages, author: users.name })
    .from(outgoingMessages)
    .innerJoin(messages, eq(messages.id, outgoingMessages.messageId))
    .leftJoin(users, eq(users.id, outgoingMessages.authorId))
    .where(
      and(eq(outgoingMessages.organizationNo, organizationNo), eq(outgoingMessages.clientKey, clientKey)),
    );
  return row;
}
