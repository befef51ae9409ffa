import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { messages, outgoingMessages } from "@waystation/db/schema/inbox";
import { filesOf, type MessageFile } from "../../media/files-of-messages.ts";
import { type OptOutWords, optOutWordsOf } from "../../opt-out/recognise.ts";
import { readOptOutSettings } from "../../opt-out/settings.ts";
import { rawStatusOf } from "../../webhooks/content/event-status.ts";
import { kindOfMessage, MESSAGE_KINDS } from "../../webhooks/content/message-kind.ts";
import { summarySentenceOf, textSentenceOf } from "../../webhooks/content/message-summary.ts";
import type { ListMessagesInput } from "../inputs.ts";
import { conversationNotFound } from "../require-conversation.ts";
import { optOutOfMessage } from "../sending/opt-out.ts";
import { outgoingSids } from "../sending/outgoing-sids.ts";
import { type MessageDetails, messageDetailsOf } from "./message-details.ts";
import { type FirstParam, parseWebhookParams, webhookMessageSid } from "./webhook-params.ts";

/** The message columns are null if the page has no messages. */
interface Row {
  conversationId: string;
  id: string | null;
  sid: string | null;
  sidPrefix: string | null;
  connectionNo: number;
  isIncoming: boolean;
  kind: number;
  status: number;
  errorCode: number | null;
  /** A Date or a string, depending on the driver. */
  at: Date | string;
  body: string | null;
  state: NonNullable<MessageRow["outgoing"]>["state"] | null;
  problem: NonNullable<MessageRow["outgoing"]>["problem"];
  author: string | null;
  webhook: string | null;
  webhookBytes: Uint8Array | null;
}

/** The messages of one conversation, newest first. */
export async function listMessages(ctx: Context, input: ListMessagesInput) {
  const { conversationId, page, nextCursor, previousCursor } = await readPage(ctx, input);
  const webhooks = new Map(
    page.flatMap(({ id, webhook, webhookBytes }) =>
      webhook === null ? [] : [[id, parseWebhookParams(webhook, webhookBytes)] as const],
    ),
  );
  const details = await messageDetailsOf(ctx, Number(conversationId), webhooks);
  const files = await filesOf(
    ctx,
    page.map((message) => ({ message, params: webhooks.get(message.id)?.first ?? null })),
  );
  const sids = await outgoingSids(ctx, page);
  const words = optOutWordsOf(await readOptOutSettings(ctx));
  const items = page.map((row) => {
    const outgoing = row.state === null ? null : { state: row.state, problem: row.problem };
    const first = webhooks.get(row.id)?.first ?? null;
    return messageView(
      ctx,
      { message: row, outgoing, author: row.author },
      {
        details: details.get(row.id),
        files: files.get(row.id),
        twilioSid: row.isIncoming ? first && webhookMessageSid(first) : sids.get(row.id),
        first,
        words,
      },
    );
  });
  return { items, nextCursor, previousCursor };
}

/** A page with the cursors of the older and the newer messages; null where there are none. */
async function readPage(ctx: Context, input: ListMessagesInput) {
  const { conversationId, limit = 50, after, around } = input;
  const cursorOf = (message: { id: number } | undefined) =>
    message ? ctx.ids.encodeCursor("messages", message.id) : null;
  const decode = (cursor: string) => Number(ctx.ids.decodeCursor("messages", cursor)[0]);
  if (after !== undefined) {
    const { id, messages, isMore } = await readMessages(ctx, NEWER, conversationId, decode(after), limit);
    const page = messages.toReversed();
    return {
      conversationId: id,
      page,
      nextCursor: cursorOf(page.at(-1)) ?? after,
      previousCursor: isMore ? cursorOf(page[0]) : null,
    };
  }
  if (around !== undefined) {
    const half = Math.max(1, Math.floor(limit / 2));
    const wanted = ctx.ids.decode("message", around) ?? -1;
    const [older, newer] = await Promise.all([
      readMessages(ctx, OLDER, conversationId, wanted + 1, Math.max(1, limit - half)),
      readMessages(ctx, NEWER, conversationId, wanted, half),
    ]);
    if (older.messages[0]?.id !== wanted)
      throw new DomainError("not_found", "There is no such message in this conversation.");
    const page = [...newer.messages.toReversed(), ...older.messages];
    return {
      conversationId: older.id,
      page,
      nextCursor: older.isMore ? cursorOf(page.at(-1)) : null,
      previousCursor: newer.isMore ? cursorOf(page[0]) : null,
    };
  }
  const before = input.cursor === undefined ? Number.MAX_SAFE_INTEGER : decode(input.cursor);
  const { id, messages: page, isMore } = await readMessages(ctx, OLDER, conversationId, before, limit);
  return {
    conversationId: id,
    page,
    nextCursor: isMore ? cursorOf(page.at(-1)) : null,
    previousCursor: input.cursor === undefined ? null : cursorOf(page[0]),
  };
}

/** Up to `limit` messages in the direction of the statement, and whether more follow. */
async function readMessages(
  ctx: Context,
  statement: (rows: number) => string,
  conversationId: string,
  from: number,
  limit: number,
) {
  const rows = await ctx.query<Row>(statement(limit + 1), [ctx.organizationId, conversationId, String(from)]);
  const [first] = rows;
  if (!first) throw conversationNotFound();
  const messages = rows.flatMap((row) =>
    row.id === null ? [] : { ...row, id: Number(row.id), at: new Date(row.at) },
  );
  return { id: first.conversationId, messages: messages.slice(0, limit), isMore: messages.length > limit };
}

/**
 * Everything a page of messages needs, in one query. $1 is the organisation, $2 the conversation's public id, $3 the message
 * before or after the page. The inner query reads only ids from the index: for whole rows Postgres may read and sort the entire
 * conversation. An incoming message has its event's id and time, which lead to a single monthly partition.
 */
const thread = (comparison: "<" | ">", order: "desc" | "asc") => (rows: number) =>
  `
  select c.id::text as "conversationId", m.id::text as id, m.sid, o.sid_prefix as "sidPrefix",
    m.connection_no as "connectionNo", m.is_incoming as "isIncoming", m.kind, m.status,
    m.error_code as "errorCode", m.at, m.body, o.state, o.problem, u.name as author, e.body as webhook, e.body_bytes as "webhookBytes"
  from conversations c
  join organizations g on g.no = c.organization_no
  left join lateral (
    select id from messages where conversation_id = c.id and id ${comparison} $3::bigint order by id ${order} limit ${rows}
  ) page on true
  left join messages m on m.id = page.id
  left join outgoing_messages o on o.message_id = case when not m.is_incoming then m.id end
  left join users u on u.id = o.author_id
  left join twilio_whatsapp_webhook_events e
    on e.id = case when m.is_incoming then m.id end and e.received_at = m.at
  where g.id = $1::uuid and c.public_id = $2::uuid
  order by page.id ${order}`;
const OLDER = thread("<", "desc");
const NEWER = thread(">", "asc");

interface MessageRow {
  message: Omit<typeof messages.$inferSelect, "organizationNo" | "connectionNo" | "conversationId">;
  outgoing: Pick<typeof outgoingMessages.$inferSelect, "state" | "problem"> | null;
  author: string | null;
}

interface Shown {
  details?: MessageDetails | undefined;
  files?: MessageFile[] | undefined;
  /** As Twilio wrote it; null if unknown, because the prefix is never guessed. */
  twilioSid?: string | null | undefined;
  /** The parameters of an incoming message's webhook. */
  first?: FirstParam | null;
  /** The organisation's opt-out words. Not needed for outgoing messages. */
  words?: OptOutWords;
}

export function messageView(
  ctx: Pick<Context, "ids">,
  { message, outgoing, author }: MessageRow,
  { details, files, twilioSid, first = null, words }: Shown = {},
) {
  const stored = MESSAGE_KINDS[message.kind] ?? "unknown";
  const kind = first === null ? stored : kindOfMessage(first);
  return {
    id: ctx.ids.encode("message", message.id),
    direction: message.isIncoming ? ("in" as const) : ("out" as const),
    kind,
    body: message.body,
    /** One line for any kind of message; never empty. */
    summary: first === null ? textSentenceOf(stored, message.body) : summarySentenceOf(kind, first),
    status: messageStatusOf(message, outgoing),
    errorCode: message.errorCode,
    problem: outgoing?.problem ?? null,
    author,
    details: details ?? null,
    files: files ?? [],
    /** Whether the message opts out (`stop`) or in (`start`). */
    asks:
      message.isIncoming && words
        ? (optOutOfMessage(message.body, first?.("OptOutType") ?? null, words)?.type ?? null)
        : null,
    twilioSid: twilioSid ?? null,
    createdAt: message.at.toISOString(),
  };
}

/** Twilio's status; until Twilio has reported one, the state of sending. */
export function messageStatusOf(
  message: Pick<MessageRow["message"], "isIncoming" | "status" | "sid">,
  outgoing: Pick<NonNullable<MessageRow["outgoing"]>, "state"> | null,
): string {
  if (message.isIncoming) return "received";
  const word = rawStatusOf(message.status);
  if (word) return word;
  return message.sid === null ? (outgoing?.state ?? "queued") : "queued";
}
