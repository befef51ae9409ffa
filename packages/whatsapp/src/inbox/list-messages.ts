import type { messages, outgoingMessages } from "@waystation/db/schema-inbox";
import type { Context } from "../context.ts";
import { filesOf, type MessageFile } from "../media/files-of.ts";
import { MESSAGE_KINDS } from "../webhooks/message-kind.ts";
import { statusOfStep } from "../webhooks/steps.ts";
import { noSuchConversation } from "./find-conversation.ts";
import type { ListMessages } from "./inputs.ts";
import { detailsOf, type MessageDetails } from "./message-details.ts";
import { askOf } from "./opt-out.ts";
import { readParams } from "./webhook-params.ts";

/** Later than any. */
const END = String(Number.MAX_SAFE_INTEGER);

/** Without a message where the conversation has none, or none so old. */
interface Row {
  conversationId: string;
  id: string | null;
  sid: string | null;
  isIncoming: boolean;
  kind: number;
  status: number;
  errorCode: number | null;
  /** One driver gives the moment, the other its text. */
  at: Date | string;
  body: string | null;
  state: NonNullable<MessageRow["outgoing"]>["state"] | null;
  problem: NonNullable<MessageRow["outgoing"]>["problem"];
  author: string | null;
  webhook: string | null;
  webhookBytes: Uint8Array | null;
}

/** The messages of one conversation, newest first. */
export async function listMessages(ctx: Context, input: ListMessages) {
  const limit = input.limit ?? 50;
  const rows = await ctx.query<Row>(thread(limit + 1), [
    ctx.organizationId,
    input.conversationId,
    input.cursor === undefined ? END : String(ctx.ids.decodeCursor("messages", input.cursor)[0]),
  ]);
  const [first] = rows;
  if (!first) throw noSuchConversation();
  const written = rows.flatMap((row) =>
    row.id === null ? [] : { ...row, id: Number(row.id), at: new Date(row.at) },
  );
  const page = written.slice(0, limit);
  const webhooks = new Map(
    page.flatMap(({ id, webhook, webhookBytes }) =>
      webhook === null ? [] : [[id, readParams(webhook, webhookBytes)] as const],
    ),
  );
  const details = await detailsOf(ctx, Number(first.conversationId), webhooks);
  const files = await filesOf(
    ctx,
    page.map((message) => ({ message, declared: details.get(message.id)?.media ?? [] })),
  );
  const items = page.map((row) => {
    const outgoing = row.state === null ? null : { state: row.state, problem: row.problem };
    return viewMessage(
      ctx,
      { message: row, outgoing, author: row.author },
      details.get(row.id),
      files.get(row.id),
    );
  });
  const last = written.length > limit ? page.at(-1) : undefined;
  return { items, nextCursor: last ? ctx.ids.encodeCursor("messages", last.id) : null };
}

/**
 * All that a page of a thread needs, at once. $1 is the organisation, $2 the conversation's public id, $3 the message before
 * which. The page's ids come from the index alone: for whole rows Postgres would rather read and sort a conversation, taking
 * it for a short one. An incoming message has its event's id and moment, and so is found in the month it came in.
 */
const thread = (rows: number) => `
  select c.id::text as "conversationId", m.id::text as id, m.sid, m.is_incoming as "isIncoming", m.kind, m.status,
    m.error_code as "errorCode", m.at, m.body, o.state, o.problem, u.name as author, e.body as webhook, e.body_bytes as "webhookBytes"
  from conversations c
  join organizations g on g.no = c.organization_no
  left join lateral (
    select id from messages where conversation_id = c.id and id < $3::bigint order by id desc limit ${rows}
  ) page on true
  left join messages m on m.id = page.id
  left join outgoing_messages o on o.message_id = case when not m.is_incoming then m.id end
  left join users u on u.id = o.author_id
  left join twilio_whatsapp_webhook_events e
    on e.id = case when m.is_incoming then m.id end and e.received_at = m.at
  where g.id = $1::uuid and c.public_id = $2::uuid
  order by page.id desc`;

export interface MessageRow {
  message: Omit<typeof messages.$inferSelect, "organizationNo" | "connectionNo" | "conversationId">;
  outgoing: Pick<typeof outgoingMessages.$inferSelect, "state" | "problem"> | null;
  author: string | null;
}

export function viewMessage(
  ctx: Pick<Context, "ids">,
  { message, outgoing, author }: MessageRow,
  details?: MessageDetails,
  files?: MessageFile[],
) {
  return {
    id: ctx.ids.encode("message", message.id),
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
