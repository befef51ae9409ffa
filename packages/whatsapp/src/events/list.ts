import { connections, webhookEventKeys, webhookEvents, webhookRejections } from "@waystation/db/schema";
import { and, desc, eq, gt, inArray, lt, type SQL, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { OUTCOMES } from "../webhooks/ingest.ts";
import type { RefusalReason } from "../webhooks/refuse.ts";
import { INCOMING, UNKNOWN } from "../webhooks/steps.ts";
import type { ListEvents } from "./inputs.ts";
import { viewEvent } from "./view.ts";

/** A search by words looks at this many of the newest events, so that its cost has a bound. */
const SEARCHED = 50_000;

/** Received webhooks, newest first; with `outcome: "rejected"` the refused ones, of which nothing is proven. */
export async function listEvents(ctx: Context, input: ListEvents) {
  const limit = input.limit ?? 50;
  const names = await connectionNames(ctx, input.connectionId);
  const numbers = [...names.keys()];
  if (numbers.length === 0) return { items: [], nextCursor: null };
  const rows =
    input.outcome === "rejected"
      ? await listRejections(ctx, numbers, input, limit + 1)
      : await listStored(ctx, numbers, input, limit + 1);
  const items = rows.slice(0, limit).map((row) => viewEvent(row, names.get(row.connectionNo) ?? ""));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
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

async function listStored(ctx: Context, numbers: number[], input: ListEvents, limit: number) {
  const rows = await ctx.db
    .select()
    .from(webhookEvents)
    .where(
      and(
        inArray(webhookEvents.connectionNo, numbers),
        input.cursor ? lt(webhookEvents.id, Number(input.cursor)) : undefined,
        input.outcome
          ? eq(webhookEvents.outcome, (OUTCOMES as readonly string[]).indexOf(input.outcome))
          : undefined,
        ofKind(input.kind),
        matching(input.search),
      ),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(limit);
  return rows.map((row) => ({
    id: row.id,
    connectionNo: row.connectionNo,
    receivedAt: row.receivedAt,
    step: row.step,
    word: row.word,
    outcome: OUTCOMES[row.outcome] ?? ("stored" as const),
    body: row.bodyBytes ?? Buffer.from(row.body, "latin1"),
    refusal: null,
  }));
}

async function listRejections(ctx: Context, numbers: number[], input: ListEvents, limit: number) {
  const rows = await ctx.db
    .select()
    .from(webhookRejections)
    .where(
      and(
        inArray(webhookRejections.connectionNo, numbers),
        input.cursor ? lt(webhookRejections.id, Number(input.cursor)) : undefined,
        input.search
          ? sql`position(${encoded(input.search)} in lower(${webhookRejections.body})) > 0`
          : undefined,
      ),
    )
    .orderBy(desc(webhookRejections.id))
    .limit(limit);
  return rows.map((row) => ({
    id: row.id,
    connectionNo: row.connectionNo,
    receivedAt: row.receivedAt,
    step: null,
    word: null,
    outcome: "rejected" as const,
    body: Buffer.from(row.body),
    refusal: row.reason as RefusalReason,
  }));
}

function ofKind(kind: ListEvents["kind"]): SQL | undefined {
  if (kind === "message") return eq(webhookEvents.step, INCOMING);
  if (kind === "status") return gt(webhookEvents.step, INCOMING);
  return kind === "unknown" ? eq(webhookEvents.step, UNKNOWN) : undefined;
}

function matching(search: string | undefined): SQL | undefined {
  if (!search) return undefined;
  const sid = /^[A-Z]{2}([0-9a-f]{32})$/i.exec(search)?.[1];
  if (sid)
    return inArray(
      webhookEvents.id,
      sql`(select ${webhookEventKeys.eventId} from ${webhookEventKeys} where ${webhookEventKeys.sid} = ${sid}::uuid)`,
    );
  return sql`${webhookEvents.id} > (select max(id) - ${SEARCHED} from ${webhookEvents}) and position(${encoded(search)} in lower(${webhookEvents.body})) > 0`;
}

/** Bodies are searched as they are kept: in form encoding. */
function encoded(search: string): string {
  return new URLSearchParams([["", search]]).toString().slice(1).toLowerCase();
}
