import type { Context } from "@waystation/core/context";
import { toPgText } from "@waystation/core/text";
import type { messages } from "@waystation/db/schema/inbox";
import { webhookEvents } from "@waystation/db/schema/schema";
import { and, gte, inArray, lte } from "drizzle-orm";

/** The first value of a webhook's parameter; null if empty or missing. */
export type FirstParam = (name: string) => string | null;

export interface WebhookParams {
  first: FirstParam;
  /** All names, in Twilio's order. */
  names: readonly string[];
}

/** JavaScript dates have milliseconds, Postgres timestamps have microseconds. */
const MARGIN_MS = 1_000;
const MOST_FILES = 10;

/**
 * The signed webhooks of incoming messages, by the message's id. A message is missing if its month was dropped from the log.
 */
export async function webhookParams(
  ctx: Pick<Context, "db">,
  incoming: readonly Pick<typeof messages.$inferSelect, "id" | "at">[],
): Promise<Map<number, WebhookParams>> {
  if (incoming.length === 0) return new Map();
  const times = incoming.map((message) => message.at.getTime());
  const events = await ctx.db
    .select({ id: webhookEvents.id, body: webhookEvents.body, bytes: webhookEvents.bodyBytes })
    .from(webhookEvents)
    .where(
      and(
        inArray(
          webhookEvents.id,
          incoming.map((message) => message.id),
        ),
        // The event log is partitioned by month. The time range limits the query to the partitions it needs.
        gte(webhookEvents.receivedAt, new Date(Math.min(...times) - MARGIN_MS)),
        lte(webhookEvents.receivedAt, new Date(Math.max(...times) + MARGIN_MS)),
      ),
    );
  return new Map(events.map(({ id, body, bytes }) => [id, parseWebhookParams(body, bytes)]));
}

/** Parses a stored webhook body: text, or bytes if it is not plain ASCII. */
export function parseWebhookParams(body: string, bytes: Uint8Array | null): WebhookParams {
  const pairs = new URLSearchParams(bytes === null ? body : Buffer.from(bytes).toString("utf8"));
  return {
    first: (name) => toPgText(pairs.get(name) ?? "") || null,
    names: [...new Set(pairs.keys())],
  };
}

/** The SID that Twilio's webhook gives the message. */
export function webhookMessageSid(first: FirstParam): string | null {
  return first("MessageSid") ?? first("SmsMessageSid") ?? first("SmsSid");
}

/**
 * The declared types of a message's files, in Twilio's order. NumMedia is ignored: it has been 0 for messages with one file.
 */
export function declaredMediaTypes(first: FirstParam): string[] {
  const types: string[] = [];
  for (let no = 0; no < MOST_FILES; no++) {
    const type = first(`MediaContentType${no}`);
    if (type === null && first(`MediaUrl${no}`) === null) break;
    types.push(type ?? "");
  }
  return types;
}
