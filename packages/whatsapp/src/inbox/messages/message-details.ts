import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { messages } from "@waystation/db/schema/inbox";
import { webhookEventKeys, webhookEvents } from "@waystation/db/schema/schema";
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import { INCOMING_STATUS, rawStatusOf } from "../../webhooks/content/event-status.ts";
import { type InteractiveField, readInteractiveFields } from "../../webhooks/content/interactive-data.ts";
import { kindOfMessage, MESSAGE_KINDS, type MessageKind } from "../../webhooks/content/message-kind.ts";
import {
  readCallPermission,
  readChoice,
  readLocation,
  readReaction,
  readReferral,
} from "../../webhooks/content/message-parts.ts";
import { textSentenceOf } from "../../webhooks/content/message-summary.ts";
import type { MessageInput } from "../inputs.ts";
import { requireConversation } from "../require-conversation.ts";
import { unknownParams } from "./unknown-params.ts";
import { declaredMediaTypes, type WebhookParams } from "./webhook-params.ts";

/** The parts of a message other than its text, read from the stored webhook. */
export interface MessageDetails {
  /** The message type as Twilio wrote it. */
  messageType: string | null;
  /** The declared content types of its files, in Twilio's order. */
  media: string[];
  location: ReturnType<typeof readLocation>;
  /** The button or list row that the customer chose. */
  choice: ReturnType<typeof readChoice>;
  /** The customer's response to a request to call. */
  call: { permission: "accepted" | "rejected" | null } | null;
  /** `emoji` is null when the reaction was removed. */
  reaction: { emoji: string | null } | null;
  /** The submitted form or order, as JSON. */
  form: string | null;
  /** The same data, formatted for display. */
  fields: InteractiveField[];
  isForwarded: boolean;
  isFrequentlyForwarded: boolean;
  /** The advertisement or post that the message came from. */
  referral: ReturnType<typeof readReferral>;
  /** The message that this message replies or reacts to. `id` and `body` are null if that message is not stored here. */
  quoted: {
    id: string | null;
    isOurs: boolean;
    kind: MessageKind;
    body: string | null;
    summary: string;
  } | null;
  /** Webhook parameters that this version does not know. */
  other: InteractiveField[];
}

/** The details of messages in one conversation, by the message's id. */
export async function messageDetailsOf(
  ctx: Pick<Context, "db" | "ids">,
  conversationId: number,
  webhooks: ReadonlyMap<number, WebhookParams>,
): Promise<Map<number, MessageDetails>> {
  const read = [...webhooks].map(([id, params]) => ({ id, params }));
  const quoted = await quotedMessages(
    ctx,
    conversationId,
    read.flatMap(({ params }) => uuidOfSid(params.first("OriginalRepliedMessageSid")) ?? []),
  );
  return new Map(
    read.flatMap(({ id, params }) => {
      const sid = params.first("OriginalRepliedMessageSid");
      const sender = params.first("OriginalRepliedMessageSender");
      const unknown = { ...UNKNOWN, isOurs: sender === null || sender !== params.first("From") };
      const details = readDetails(
        params,
        sid === null ? null : (quoted.get(uuidOfSid(sid) ?? "") ?? unknown),
      );
      return details === null ? [] : [[id, details] as const];
    }),
  );
}

const UNKNOWN = { id: null, kind: "unknown" as const, body: null, summary: "An earlier message" };

function readDetails(params: WebhookParams, quoted: MessageDetails["quoted"]): MessageDetails | null {
  const { first } = params;
  const kind = kindOfMessage(first);
  const media = declaredMediaTypes(first);
  const call = readCallPermission(first);
  const details: MessageDetails = {
    messageType: first("MessageType"),
    media,
    location: readLocation(first),
    choice: readChoice(first),
    call: call && { permission: call.permission },
    reaction: kind === "reaction" ? readReaction(first) : null,
    form: first("FlowData") ?? first("InteractiveData"),
    fields:
      kind === "flow" || kind === "order"
        ? readInteractiveFields(first("FlowData"), first("InteractiveData"))
        : [],
    isForwarded: isTrue(first("Forwarded")) || isTrue(first("FrequentlyForwarded")),
    isFrequentlyForwarded: isTrue(first("FrequentlyForwarded")),
    referral: readReferral(first),
    quoted,
    other: unknownParams(params),
  };
  const { messageType: _, ...parts } = details;
  const isPlain = kind === "text" && Object.values(parts).every(isNothing);
  return isPlain ? null : details;
}

function isTrue(word: string | null): boolean {
  return word?.toLowerCase() === "true";
}

function isNothing(part: unknown): boolean {
  return part === null || part === false || (Array.isArray(part) && part.length === 0);
}

async function quotedMessages(
  ctx: Pick<Context, "db" | "ids">,
  conversationId: number,
  sids: string[],
): Promise<Map<string, MessageDetails["quoted"]>> {
  if (sids.length === 0) return new Map();
  const rows = await ctx.db
    .select()
    .from(messages)
    .where(and(inArray(messages.sid, sids), eq(messages.conversationId, conversationId)));
  return new Map(rows.map((row) => [row.sid ?? "", quotedMessage(ctx.ids, row)]));
}

function quotedMessage(
  ids: Context["ids"],
  row: typeof messages.$inferSelect,
): NonNullable<MessageDetails["quoted"]> {
  const kind = MESSAGE_KINDS[row.kind] ?? "unknown";
  return {
    id: ids.encode("message", row.id),
    isOurs: !row.isIncoming,
    kind,
    body: row.body,
    summary: textSentenceOf(kind, row.body),
  };
}

function uuidOfSid(sid: string | null): string | null {
  const digits = /^[A-Z]{2}([0-9a-f]{32})$/i.exec(sid ?? "")?.[1]?.toLowerCase();
  return digits?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") ?? null;
}

/** Twilio's status callbacks for one outgoing message, in order of arrival. */
export async function messageTimeline(ctx: Context, input: MessageInput) {
  const { conversation } = await requireConversation(ctx, input.conversationId);
  const number = ctx.ids.decode("message", input.messageId);
  const [message] =
    number === null
      ? []
      : await ctx.db
          .select()
          .from(messages)
          .where(and(eq(messages.id, number), eq(messages.conversationId, conversation.id)));
  if (!message) throw new DomainError("not_found", "There is no such message in this conversation.");
  if (message.sid === null) return [];
  const rows = await ctx.db
    .select({
      step: webhookEventKeys.step,
      word: webhookEventKeys.word,
      at: webhookEvents.receivedAt,
      body: webhookEvents.body,
    })
    .from(webhookEventKeys)
    .innerJoin(webhookEvents, eq(webhookEvents.id, webhookEventKeys.eventId))
    .where(
      and(
        eq(webhookEventKeys.sid, message.sid),
        eq(webhookEventKeys.connectionNo, message.connectionNo),
        gt(webhookEventKeys.step, INCOMING_STATUS),
      ),
    )
    .orderBy(asc(webhookEvents.id));
  return rows.map(({ step, word, at, body }) => ({
    status: word ?? rawStatusOf(step) ?? "unknown",
    at: at.toISOString(),
    errorCode: new URLSearchParams(body).get("ErrorCode"),
  }));
}
