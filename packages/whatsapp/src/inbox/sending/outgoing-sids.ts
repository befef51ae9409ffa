import type { Context } from "@waystation/core/context";
import { webhookEventKeys, webhookEvents } from "@waystation/db/schema/schema";
import { and, eq, gt, gte, inArray, lte } from "drizzle-orm";
import { INCOMING_STATUS } from "../../webhooks/content/event-status.ts";
import { parseWebhookParams, webhookMessageSid } from "../messages/webhook-params.ts";

interface OutgoingMessage {
  id: number;
  isIncoming: boolean;
  /** The 32 hex digits. */
  sid: string | null;
  /** The two letters before the digits, as Twilio returned them; null for a message sent before they were stored. */
  sidPrefix: string | null;
  connectionNo: number;
  at: Date;
}

/**
 * Callbacks arrive within a week, while Twilio keeps a message's status open. The range limits the query to few months of the
 * log.
 */
const CALLBACKS_MS = 8 * 24 * 3_600_000;
const MARGIN_MS = 60_000;

/**
 * The SIDs of outgoing messages, by the message's id. A prefix that is not stored is read from the message's callbacks. A
 * message without callbacks is left out: nothing else tells `SM` from `MM`.
 */
export async function outgoingSids(
  ctx: Pick<Context, "db">,
  page: readonly OutgoingMessage[],
): Promise<Map<number, string>> {
  const sids = new Map<number, string>();
  const older: (OutgoingMessage & { sid: string })[] = [];
  for (const message of page) {
    const { id, sid, sidPrefix } = message;
    if (message.isIncoming || sid === null) continue;
    if (sidPrefix !== null) sids.set(id, joinSid(sidPrefix, sid));
    else older.push({ ...message, sid });
  }
  if (older.length === 0) return sids;
  const [first] = older;
  const times = older.map(({ at }) => at.getTime());
  const callbacks = await ctx.db
    .select({ sid: webhookEvents.sid, body: webhookEvents.body, bytes: webhookEvents.bodyBytes })
    .from(webhookEventKeys)
    .innerJoin(webhookEvents, eq(webhookEvents.id, webhookEventKeys.eventId))
    .where(
      and(
        inArray(
          webhookEventKeys.sid,
          older.map(({ sid }) => sid),
        ),
        eq(webhookEventKeys.connectionNo, first?.connectionNo ?? 0),
        gt(webhookEventKeys.step, INCOMING_STATUS),
        gte(webhookEvents.receivedAt, new Date(Math.min(...times) - MARGIN_MS)),
        lte(webhookEvents.receivedAt, new Date(Math.max(...times) + CALLBACKS_MS)),
      ),
    );
  const named = new Map(
    callbacks.map(({ sid, body, bytes }) => [sid, webhookMessageSid(parseWebhookParams(body, bytes).first)]),
  );
  for (const { id, sid } of older) {
    const found = named.get(sid);
    if (found) sids.set(id, found);
  }
  return sids;
}

/** Joins a prefix and the digits as the database stores them. */
function joinSid(prefix: string, digits: string): string {
  return `${prefix}${digits.replaceAll("-", "")}`;
}
