import { messages, outgoingMessages } from "@waystation/db/schema-inbox";
import { users } from "@waystation/db/schema-people";
import { and, desc, eq, lt } from "drizzle-orm";
import type { Context } from "../context.ts";
import { filesOf, type MessageFile } from "../media/files-of.ts";
import { MESSAGE_KINDS } from "../webhooks/message-kind.ts";
import { statusOfStep } from "../webhooks/steps.ts";
import { findConversation } from "./find-conversation.ts";
import type { ListMessages } from "./inputs.ts";
import { detailsOf, type MessageDetails } from "./message-details.ts";
import { askOf } from "./opt-out.ts";

/** The messages of one conversation, newest first. */
export async function listMessages(ctx: Context, input: ListMessages) {
  const limit = input.limit ?? 50;
  const { conversation } = await findConversation(ctx, input.conversationId);
  const rows = await ctx.db
    .select({ message: messages, outgoing: outgoingMessages, author: users.name })
    .from(messages)
    .leftJoin(outgoingMessages, eq(outgoingMessages.messageId, messages.id))
    .leftJoin(users, eq(users.id, outgoingMessages.authorId))
    .where(
      and(
        eq(messages.conversationId, conversation.id),
        input.cursor ? lt(messages.id, Number(input.cursor)) : undefined,
      ),
    )
    .orderBy(desc(messages.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const details = await detailsOf(
    ctx,
    page.map((row) => row.message),
  );
  const files = await filesOf(
    ctx,
    page.map(({ message }) => ({ message, declared: details.get(message.id)?.media ?? [] })),
  );
  const items = page.map((row) => viewMessage(row, details.get(row.message.id), files.get(row.message.id)));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export interface MessageRow {
  message: typeof messages.$inferSelect;
  outgoing: typeof outgoingMessages.$inferSelect | null;
  author: string | null;
}

export function viewMessage(
  { message, outgoing, author }: MessageRow,
  details?: MessageDetails,
  files?: MessageFile[],
) {
  return {
    id: String(message.id),
    direction: message.isIncoming ? ("in" as const) : ("out" as const),
    kind: MESSAGE_KINDS[message.kind] ?? "unknown",
    body: message.body,
    status: statusOf(message, outgoing),
    errorCode: message.errorCode,
    problem: outgoing?.problem ?? null,
    author,
    details: details ?? null,
    files: files ?? [],
    /** Not to be written to any more, or again. */
    asks: message.isIncoming ? askOf(message.body) : null,
    twilioSid:
      message.sid &&
      `${message.isIncoming || message.kind === 1 ? "SM" : "MM"}${message.sid.replaceAll("-", "")}`,
    createdAt: message.at.toISOString(),
  };
}

/** Twilio's word once it has given one; until then how far we are. */
export function statusOf(
  message: Pick<MessageRow["message"], "isIncoming" | "status" | "sid">,
  outgoing: Pick<NonNullable<MessageRow["outgoing"]>, "state"> | null,
): string {
  if (message.isIncoming) return "received";
  const word = statusOfStep(message.status);
  if (word) return word;
  return message.sid === null ? (outgoing?.state ?? "queued") : "queued";
}
