import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import {
  connections,
  webhookEventKeys,
  webhookEvents,
  webhookRejections,
} from "@waystation/db/schema/schema";
import { and, desc, eq, gt, gte, inArray, lt, lte, type SQL, sql } from "drizzle-orm";
import { INCOMING_STATUS, UNKNOWN_STATUS } from "../webhooks/content/event-status.ts";
import type { RejectionReason } from "../webhooks/rejections.ts";
import { WEBHOOK_OUTCOMES } from "../webhooks/webhook-record.ts";
import { eventView } from "./event-view.ts";
import type { ListEventsInput } from "./inputs.ts";

/** A text search reads this many of the newest events, so that its cost is bounded. */
const SEARCHED = 50_000;
const MONTH_MS = 31 * 24 * 3_600_000;
/** Ids and times from two servers may be in a slightly different order. */
const MARGIN_MS = 60_000;

interface Query extends ListEventsInput {
  /** The numbers of the connections to include. */
  numbers: number[];
  /** The number of the last event shown and the time it was received, in seconds since 1970. */
  position: number[];
  limit: number;
}

/** Received webhooks, newest first. With `outcome: "rejected"`, rejected requests; their content is unverified. */
export async function listEvents(ctx: Context, input: ListEventsInput) {
  const limit = input.limit ?? 50;
  const names = await connectionNames(ctx, input.connectionId);
  const numbers = [...names.keys()];
  if (numbers.length === 0) return { items: [], nextCursor: null };
  const list = input.outcome === "rejected" ? ("rejections" as const) : ("events" as const);
  const position = input.cursor === undefined ? [] : ctx.ids.decodeCursor(list, input.cursor);
  const query = { ...input, numbers, position, limit: limit + 1 };
  const rows = list === "rejections" ? await listRejections(ctx, query) : await listStored(ctx, query);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map((row) => eventView(ctx.ids, row, names.get(row.connectionNo) ?? "")),
    nextCursor: last
      ? ctx.ids.encodeCursor(list, last.id, Math.ceil(last.receivedAt.getTime() / 1_000))
      : null,
  };
}

/** The organisation's connections, by the number that events carry. */
async function connectionNames(ctx: Context, connectionId: string | undefined): Promise<Map<number, string>> {
  const rows = await ctx.db
    .select({ no: connections.no, id: connections.id })
    .from(connections)
    .where(
      and(
        eq(connections.organizationId, ctx.organizationId),
        connectionId ? eq(connections.id, connectionId) : undefined,
      ),
    );
  if (connectionId && rows.length === 0)
    throw new DomainError("not_found", "There is no such connection in your organisation.");
  return new Map(rows.flatMap((row) => (row.no === null ? [] : [[row.no, row.id] as const])));
}

/**
 * Reads the month that ends where the page begins, and the whole log only if the page is not full. In a log of several years,
 * planning for every partition takes longer than reading one.
 */
async function listStored(ctx: Context, query: Query) {
  const [, seconds] = query.position;
  const end = seconds === undefined ? Date.now() : seconds * 1_000;
  const recent = and(
    gte(webhookEvents.receivedAt, new Date(end - MONTH_MS)),
    lte(webhookEvents.receivedAt, new Date(end + MARGIN_MS)),
  );
  const rows = await readStored(ctx, query, recent);
  return rows.length === query.limit ? rows : readStored(ctx, query);
}

async function readStored(ctx: Context, query: Query, when?: SQL) {
  const [before] = query.position;
  const rows = await ctx.db
    .select()
    .from(webhookEvents)
    .where(
      and(
        inArray(webhookEvents.connectionNo, query.numbers),
        when,
        before === undefined ? undefined : lt(webhookEvents.id, before),
        query.outcome
          ? eq(webhookEvents.outcome, (WEBHOOK_OUTCOMES as readonly string[]).indexOf(query.outcome))
          : undefined,
        ofKind(query.kind),
        matching(query.search),
      ),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(query.limit);
  return rows.map((row) => ({
    id: row.id,
    connectionNo: row.connectionNo,
    receivedAt: row.receivedAt,
    step: row.step,
    word: row.word,
    outcome: WEBHOOK_OUTCOMES[row.outcome] ?? ("stored" as const),
    body: row.bodyBytes ?? Buffer.from(row.body, "latin1"),
    rejection: null,
  }));
}

async function listRejections(ctx: Context, query: Query) {
  const [before] = query.position;
  const rows = await ctx.db
    .select()
    .from(webhookRejections)
    .where(
      and(
        inArray(webhookRejections.connectionNo, query.numbers),
        before === undefined ? undefined : lt(webhookRejections.id, before),
        query.search
          ? sql`position(${encoded(query.search)} in lower(${webhookRejections.body})) > 0`
          : undefined,
      ),
    )
    .orderBy(desc(webhookRejections.id))
    .limit(query.limit);
  return rows.map((row) => ({
    id: row.id,
    connectionNo: row.connectionNo,
    receivedAt: row.receivedAt,
    step: null,
    word: null,
    outcome: "rejected" as const,
    body: Buffer.from(row.body),
    rejection: {
      reason: row.reason as RejectionReason,
      keyId: row.keyId,
      ...(row.otherAlgorithm !== null && { otherAlgorithm: row.otherAlgorithm }),
      ...(row.target !== null && { target: row.target }),
    },
  }));
}

function ofKind(kind: ListEventsInput["kind"]): SQL | undefined {
  if (kind === "message") return eq(webhookEvents.step, INCOMING_STATUS);
  if (kind === "status") return gt(webhookEvents.step, INCOMING_STATUS);
  return kind === "unknown" ? eq(webhookEvents.step, UNKNOWN_STATUS) : undefined;
}

function matching(search: string | undefined): SQL | undefined {
  if (!search) return undefined;
  const sid = /^[A-Z]{2}([0-9a-f]{32})$/i.exec(search)?.[1];
  if (sid)
    return inArray(
      webhookEvents.id,
      sql`(select ${webhookEventKeys.eventId} from ${webhookEventKeys} where ${webhookEventKeys.sid} = ${sid}::uuid)`,
    );
  return sql`${webhookEvents.id} > (select last_value - ${SEARCHED} from twilio_whatsapp_webhook_events_id_seq) and position(${encoded(search)} in lower(${webhookEvents.body})) > 0`;
}

/** Bodies are searched as stored: form-encoded. */
function encoded(search: string): string {
  return new URLSearchParams([["", search]]).toString().slice(1).toLowerCase();
}
