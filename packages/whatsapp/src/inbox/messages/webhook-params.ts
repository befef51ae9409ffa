import type { Context } from "@waystation/core/context";
import { toPgText } from "@waystation/core/text";
import type { messages } from "@waystation/db/schema/inbox";
import { webhookEvents } from "@waystation/db/schema/schema";
import { and, gte, inArray, lte } from "drizzle-orm";

/** The first value of a webhook's parameter; null where it is empty or missing. */
export type FirstParam = (name: string) => string | null;

export interface WebhookParams {
  first: FirstParam;
  /** All names, in Twilio's order. */
  names: readonly string[];
}

/** Moments in JavaScript are whole milliseconds, in Postgres they are finer. */
const MARGIN_MS = 1_000;
const MOST_FILES = 10;

/** The webhooks of incoming messages as they were signed, by the message's id; none where its month was dropped. */
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
        // The log is kept by months: so only those are looked into.
        gte(webhookEvents.receivedAt, new Date(Math.min(...times) - MARGIN_MS)),
        lte(webhookEvents.receivedAt, new Date(Math.max(...times) + MARGIN_MS)),
      ),
    );
  return new Map(events.map(({ id, body, bytes }) => [id, parseWebhookParams(body, bytes)]));
}

/** Of a webhook's body as it is stored: as text, or as bytes where it is not plain ASCII. */
export function parseWebhookParams(body: string, bytes: Uint8Array | null): WebhookParams {
  const pairs = new URLSearchParams(bytes === null ? body : Buffer.from(bytes).toString("utf8"));
  return {
    first: (name) => toPgText(pairs.get(name) ?? "") || null,
    names: [...new Set(pairs.keys())],
  };
}

/** The SID by which Twilio knows a message, as its webhook names it. */
export function webhookMessageSid(first: FirstParam): string | null {
  return first("MessageSid") ?? first("SmsMessageSid") ?? first("SmsSid");
}

/** The declared types of a message's files, in Twilio's order. NumMedia is not asked: it has been seen to say 0 of one. */
export function declaredMediaTypes(first: FirstParam): string[] {
  const types: string[] = [];
  for (let no = 0; no < MOST_FILES; no++) {
    const type = first(`MediaContentType${no}`);
    if (type === null && first(`MediaUrl${no}`) === null) break;
    types.push(type ?? "");
  }
  return types;
}
