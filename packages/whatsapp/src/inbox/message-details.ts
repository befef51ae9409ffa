import { webhookEventKeys, webhookEvents } from "@waystation/db/schema";
import { messages } from "@waystation/db/schema-inbox";
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { MESSAGE_KINDS, type MessageKind } from "../webhooks/message-kind.ts";
import { INCOMING, statusOfStep } from "../webhooks/steps.ts";
import { findConversation } from "./find-conversation.ts";
import type { MessageInput } from "./inputs.ts";
import { declaredTypes, type FirstOf } from "./webhook-params.ts";

/** What a message carries beside its words, read anew from the webhook as it was signed. */
export interface MessageDetails {
  /** The content types that its files were said to have, in Twilio's order. */
  media: string[];
  location: { latitude: number; longitude: number; label: string | null; address: string | null } | null;
  /** What was pressed or chosen. */
  choice: { title: string; description: string | null } | null;
  /** What was filled in, as JSON. */
  form: string | null;
  isForwarded: boolean;
  /** The advertisement that it came from. */
  referral: { headline: string | null; body: string | null; url: string | null } | null;
  /** The message that it answers; without words where that is not known here. */
  quoted: { isOurs: boolean; kind: MessageKind; body: string | null } | null;
}

/** The details of those messages of one conversation that have any, by the message's id. */
export async function detailsOf(
  ctx: Pick<Context, "db">,
  conversationId: number,
  webhooks: ReadonlyMap<number, FirstOf>,
): Promise<Map<number, MessageDetails>> {
  const read = [...webhooks].map(([id, first]) => ({ id, first }));
  const quoted = await quotedMessages(
    ctx,
    conversationId,
    read.flatMap(({ first }) => uuidOfSid(first("OriginalRepliedMessageSid")) ?? []),
  );
  return new Map(
    read.flatMap(({ id, first }) => {
      const sid = first("OriginalRepliedMessageSid");
      const details = readDetails(first, sid === null ? null : (quoted.get(uuidOfSid(sid) ?? "") ?? UNKNOWN));
      return details === null ? [] : [[id, details] as const];
    }),
  );
}

const UNKNOWN: MessageDetails["quoted"] = { isOurs: true, kind: "unknown", body: null };

function readDetails(first: FirstOf, quoted: MessageDetails["quoted"]): MessageDetails | null {
  const media = declaredTypes(first);
  const [latitude, longitude] = [Number(first("Latitude") ?? ""), Number(first("Longitude") ?? "")];
  const hasPlace = first("Latitude") !== null && Number.isFinite(latitude) && Number.isFinite(longitude);
  const title = first("ListTitle") ?? first("ButtonText");
  const referral = {
    headline: first("ReferralHeadline"),
    body: first("ReferralBody"),
    url: first("ReferralSourceUrl"),
  };
  const details: MessageDetails = {
    media,
    location: hasPlace ? { latitude, longitude, label: first("Label"), address: first("Address") } : null,
    choice: title === null ? null : { title, description: first("ListDescription") },
    form: first("FlowData") ?? first("InteractiveData"),
    isForwarded: first("Forwarded") === "true" || first("FrequentlyForwarded") === "true",
    referral: (referral.headline ?? referral.body ?? referral.url) ? referral : null,
    quoted,
  };
  const { isForwarded, media: _, ...others } = details;
  const isPlain = !isForwarded && media.length === 0 && Object.values(others).every((part) => part === null);
  return isPlain ? null : details;
}

async function quotedMessages(
  ctx: Pick<Context, "db">,
  conversationId: number,
  sids: string[],
): Promise<Map<string, MessageDetails["quoted"]>> {
  if (sids.length === 0) return new Map();
  const rows = await ctx.db
    .select()
    .from(messages)
    .where(and(inArray(messages.sid, sids), eq(messages.conversationId, conversationId)));
  return new Map(
    rows.map((row) => [
      row.sid ?? "",
      { isOurs: !row.isIncoming, kind: MESSAGE_KINDS[row.kind] ?? "unknown", body: row.body },
    ]),
  );
}

function uuidOfSid(sid: string | null): string | null {
  const digits = /^[A-Z]{2}([0-9a-f]{32})$/i.exec(sid ?? "")?.[1]?.toLowerCase();
  return digits?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5") ?? null;
}

/** What Twilio said of one message we sent, in the order in which it arrived. */
export async function messageTimeline(ctx: Context, input: MessageInput) {
  const { conversation } = await findConversation(ctx, input.conversationId);
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
        gt(webhookEventKeys.step, INCOMING),
      ),
    )
    .orderBy(asc(webhookEvents.id));
  return rows.map(({ step, word, at, body }) => ({
    status: word ?? statusOfStep(step) ?? "unknown",
    at: at.toISOString(),
    errorCode: new URLSearchParams(body).get("ErrorCode"),
  }));
}
