import type { Context } from "@waystation/core/context";
import { connectionHours, connections, webhookEvents, webhookRejections } from "@waystation/db/schema/schema";
import { and, asc, desc, eq, gt, inArray, sql } from "drizzle-orm";
import { CHANNELS } from "../webhooks/content/channel.ts";
import type { MisdirectedReason, RejectionReason } from "../webhooks/rejections.ts";
import { connectionHealth } from "./health/connection-health.ts";
import type { MisdirectedCounts } from "./health/misdirected-health.ts";
import type { UnknownSharedKey } from "./health/shared-key-health.ts";
import { listSharedKeys, type SharedKeyView } from "./shared-keys/list-shared-keys.ts";
import { isOurWebhookUrl, webhookUrl } from "./webhook-url.ts";

/** Used where Twilio returned no value. */
export const UNKNOWN_WEBHOOK = "unknown";

type Row = typeof connections.$inferSelect;

/** The organisation's connections for display. Contains no secrets, at most their last four characters. */
export async function viewConnections(
  ctx: Pick<Context, "db" | "organizationId" | "publicUrl" | "simulatorUrl" | "keyring">,
  rows: Row[],
) {
  if (rows.length === 0) return [];
  const numbers = rows.map(senderNumberOf);
  const [hours, last, sharedKeys, unknownKeys, misdirected] = await Promise.all([
    ctx.db
      .select()
      .from(connectionHours)
      .where(
        and(
          inArray(connectionHours.connectionNo, numbers),
          gt(connectionHours.hour, sql`date_trunc('hour', now()) - interval '24 hours'`),
        ),
      )
      .orderBy(asc(connectionHours.hour)),
    ctx.db
      .select({
        no: connections.no,
        receivedAt: sql<
          string | null
        >`(select received_at from ${webhookEvents} where connection_no = ${connections.no} order by id desc limit 1)`,
      })
      .from(connections)
      .where(inArray(connections.no, numbers)),
    listSharedKeys(
      ctx,
      rows.map(({ id }) => id),
    ),
    listUnknownKeys(ctx, numbers),
    listMisdirected(ctx, numbers),
  ]);
  return rows.map((row) => {
    const own = hours.filter((hour) => hour.connectionNo === senderNumberOf(row));
    const lastValid = last.find((event) => event.no === row.no)?.receivedAt ?? null;
    return view(ctx, row, own, lastValid === null ? null : new Date(lastValid), {
      sharedKeys: sharedKeys.flatMap(({ connectionId, ...key }) => (connectionId === row.id ? [key] : [])),
      unknownKey: unknownKeys.find(({ no }) => no === row.no) ?? null,
      misdirected: misdirected.find(({ no }) => no === row.no) ?? null,
    });
  });
}

/** The newest genuine webhook of each connection in the last 24 hours that missed its route. */
async function listMisdirected(ctx: Pick<Context, "db">, numbers: number[]) {
  const reasons: MisdirectedReason[] = ["wrong_method", "wrong_path"];
  const rows = await ctx.db
    .selectDistinctOn([webhookRejections.connectionNo], {
      no: webhookRejections.connectionNo,
      reason: webhookRejections.reason,
      target: webhookRejections.target,
      receivedAt: webhookRejections.receivedAt,
    })
    .from(webhookRejections)
    .where(
      and(
        inArray(webhookRejections.connectionNo, numbers),
        inArray(webhookRejections.reason, reasons),
        gt(webhookRejections.receivedAt, sql`now() - interval '24 hours'`),
      ),
    )
    .orderBy(webhookRejections.connectionNo, desc(webhookRejections.id));
  return rows.map((row) => ({ ...row, reason: row.reason as MisdirectedReason }));
}

/** The newest webhook of each connection in the last 24 hours that was signed with an unknown shared key. */
function listUnknownKeys(ctx: Pick<Context, "db">, numbers: number[]) {
  const reason: RejectionReason = "signature_key_unknown";
  return ctx.db
    .selectDistinctOn([webhookRejections.connectionNo], {
      no: webhookRejections.connectionNo,
      keyId: webhookRejections.keyId,
      receivedAt: webhookRejections.receivedAt,
    })
    .from(webhookRejections)
    .where(
      and(
        inArray(webhookRejections.connectionNo, numbers),
        eq(webhookRejections.reason, reason),
        gt(webhookRejections.receivedAt, sql`now() - interval '24 hours'`),
      ),
    )
    .orderBy(webhookRejections.connectionNo, desc(webhookRejections.id));
}

export type ConnectionView = Awaited<ReturnType<typeof viewConnections>>[number];

function view(
  ctx: Pick<Context, "publicUrl" | "simulatorUrl" | "keyring">,
  row: Row,
  hours: (typeof connectionHours.$inferSelect)[],
  lastValidAt: Date | null,
  keys: {
    sharedKeys: SharedKeyView[];
    unknownKey: UnknownSharedKey | null;
    misdirected: MisdirectedCounts | null;
  },
) {
  const lastAt = hours.reduce<Date | null>(
    (latest, hour) => (latest === null || hour.lastAt > latest ? hour.lastAt : latest),
    lastValidAt,
  );
  const sum = (count: (hour: (typeof hours)[number]) => number) =>
    hours.reduce((total, hour) => total + count(hour), 0);
  const last24h = {
    incoming: sum((hour) => hour.incoming),
    statuses: sum((hour) => hour.statuses),
    failed: sum((hour) => hour.failed),
    rejected: sum((hour) => hour.rejected),
    ignored: sum((hour) => hour.ignored),
    unrouted: sum((hour) => hour.unrouted),
    hours: everyHour(hours),
  };
  const unrouted = {
    count: last24h.unrouted,
    lastAt: hours.reduce<Date | null>(
      (latest, { unroutedAt: at }) => (at && (!latest || at > latest) ? at : latest),
      null,
    ),
    channels: CHANNELS.filter((channel) => hours.some((hour) => hour.unroutedChannels.includes(channel))),
  };
  const judgement = connectionHealth({
    row,
    lastValidAt,
    lastAt,
    rejected: last24h.rejected,
    ...keys,
    unrouted,
    publicUrl: ctx.publicUrl,
    simulatorUrl: ctx.simulatorUrl,
    keyring: ctx.keyring,
  });
  return {
    id: row.id,
    mode: row.mode,
    displayName: row.displayName,
    isActive: row.isActive,
    showsTyping: row.showsTyping,
    account: {
      sid: row.accountSid,
      name: row.accountName,
      status: row.accountStatus,
      type: row.accountType,
      relation: webhookRelationOf(row.accountSid, row.ownerAccountSid),
    },
    sender: row.sender,
    senderSid: row.senderSid,
    messagingServiceSid: row.sender.startsWith("MG") ? row.sender : null,
    poolSenders: row.poolSenders,
    senderStatus: row.senderStatus,
    qualityRating: row.qualityRating,
    messagingLimit: row.messagingLimit,
    offlineReasons: row.offlineReasons,
    token: {
      lastFour: row.authTokenLastFour,
      setAt: row.authTokenSetAt?.toISOString() ?? null,
      primary: row.authTokenPrimary,
    },
    apiKeySid: row.apiKeySid,
    sharedKeys: keys.sharedKeys,
    webhookUrl: webhookUrl(ctx.publicUrl),
    webhook: {
      state: judgement.webhookState,
      actualUrl: row.webhookActual?.callbackUrl ?? null,
      actualMethod: row.webhookActual?.callbackMethod ?? null,
      setByUs: isOurWebhookUrl(ctx.publicUrl, row.webhookApplied?.callbackUrl ?? null),
    },
    verdict: judgement.verdict,
    verdictSentence: judgement.sentence,
    reasons: judgement.reasons,
    unchecked: row.unchecked,
    checkedAt: row.checkedAt?.toISOString() ?? null,
    lastWebhookAt: lastAt?.toISOString() ?? null,
    lastValidSignatureAt: lastValidAt?.toISOString() ?? null,
    last24h,
    unrouted: { ...unrouted, lastAt: unrouted.lastAt?.toISOString() ?? null },
    createdAt: row.createdAt.toISOString(),
    disconnectedAt: row.disconnectedAt?.toISOString() ?? null,
  };
}

export function webhookRelationOf(
  accountSid: string,
  ownerSid: string | null,
): "parent" | "subaccount" | typeof UNKNOWN_WEBHOOK {
  if (ownerSid === null) return UNKNOWN_WEBHOOK;
  return ownerSid === accountSid ? "parent" : "subaccount";
}

/** 24 entries, oldest first, with zeros for hours without webhooks. */
function everyHour(hours: (typeof connectionHours.$inferSelect)[]) {
  const byHour = new Map(hours.map((hour) => [hour.hour.getTime(), hour]));
  const thisHour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  return Array.from({ length: 24 }, (_, index) => {
    const at = thisHour - (23 - index) * 3_600_000;
    const hour = byHour.get(at);
    return {
      at: new Date(at).toISOString(),
      incoming: hour?.incoming ?? 0,
      statuses: hour?.statuses ?? 0,
      failed: hour?.failed ?? 0,
    };
  });
}

/** The database assigns the number at the insert, so it is never null on a row that was read. */
function senderNumberOf(row: Row): number {
  if (row.no === null) throw new Error(`Connection ${row.id} has no number`);
  return row.no;
}
