import type { Store } from "@waystation/db/client";
import type { Feed } from "../feed.ts";
import type { Receiver } from "./directory.ts";
import type { Webhook } from "./read-webhook.ts";

/** Not stored, and no fault of the webhook: Twilio is to come again. */
export class NotStoredError extends Error {
  override name = "NotStoredError";
}

export type Outcome = "stored" | "unrouted";
export const OUTCOMES: readonly Outcome[] = ["stored", "unrouted"];

interface Entry {
  receiver: Receiver;
  webhook: Webhook;
  body: Buffer;
  outcome: Outcome;
  stored: () => void;
  failed: (error: Error) => void;
  since: number;
}

export interface IngestStats {
  onBatch(size: number, fresh: number, milliseconds: number): void;
}

const MAX_BATCH = 500;
/** More than this waiting is seconds of work: better refused at once, while Twilio still retries. */
const MAX_WAITING = 5_000;
/** A batch whose database is away is sent again this long; Twilio itself waits 15 s. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Stores webhooks in batches, one batch at a time: what arrives while one is being stored goes together in the next, in
 * one statement and one commit. Alone, a webhook goes at once. The promise of `add` resolves after the commit, for a
 * repeat too.
 */
export function createIngest(store: Store, feed: Feed, stats: IngestStats) {
  const waiting: Entry[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    // Lets all requests that one turn of the event loop read travel together.
    await new Promise(setImmediate);
    while (waiting.length > 0) await storeBatch(waiting.splice(0, MAX_BATCH));
    running = null;
  }

  async function storeBatch(batch: Entry[]): Promise<void> {
    const start = performance.now();
    try {
      const fresh = await persist(store, batch);
      stats.onBatch(batch.length, fresh.length, performance.now() - start);
      for (const entry of batch) entry.stored();
      publish(feed, batch, fresh);
    } catch (error) {
      if (isDataError(error)) return await storeApart(batch, error);
      const tooLate = performance.now() - PATIENCE_MS;
      for (const entry of batch)
        if (entry.since < tooLate)
          entry.failed(new NotStoredError("The database did not take it", { cause: error }));
      waiting.unshift(...batch.filter((entry) => entry.since >= tooLate));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /** One entry that the database refuses must not cost the others: each is stored by itself. */
  async function storeApart(batch: Entry[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length === 1 && only)
      return only.failed(new Error("The database refuses this webhook", { cause: error }));
    for (const entry of batch) await storeBatch([entry]);
  }

  return {
    add(receiver: Receiver, webhook: Webhook, body: Buffer, outcome: Outcome): Promise<void> {
      if (waiting.length >= MAX_WAITING)
        return Promise.reject(new NotStoredError("Too many webhooks are waiting to be stored"));
      return new Promise((stored, failed) => {
        waiting.push({ receiver, webhook, body, outcome, stored, failed, since: performance.now() });
        running ??= run();
      });
    },
    waiting: () => waiting.length,
    /** Resolves when everything added so far is stored or refused. */
    drained: async () => {
      while (running) await running;
    },
  };
}

export type Ingest = ReturnType<typeof createIngest>;

/** The columns arrive as arrays; a repeat changes nothing; the hour's counts move with the rows they count. */
const STATEMENT = `
  with input as (
    select * from unnest($1::int[], $2::uuid[], $3::int2[], $4::text[], $5::int2[], $6::text[], $7::text[])
      with ordinality as x(connection_no, sid, step, word, outcome, body, body_hex, i)
  ), fresh as (
    insert into twilio_whatsapp_webhook_events (connection_no, sid, step, word, outcome, body, body_bytes)
    select connection_no, sid, step, word, outcome, body, decode(body_hex, 'hex') from input order by sid, step, connection_no, i
    on conflict do nothing
    returning connection_no, step
  ), counted as (
    insert into connection_hours as h (connection_no, hour, incoming, statuses, failed)
    select connection_no, date_trunc('hour', now()),
      count(*) filter (where step = 0), count(*) filter (where step > 0), count(*) filter (where step in (9, 10))
    from fresh group by connection_no order by connection_no
    on conflict (connection_no, hour) do update set
      incoming = h.incoming + excluded.incoming, statuses = h.statuses + excluded.statuses,
      failed = h.failed + excluded.failed, last_at = greatest(h.last_at, excluded.last_at)
  )
  select connection_no as "connectionNo" from fresh`;

async function persist(store: Store, batch: Entry[]): Promise<{ connectionNo: number }[]> {
  const bodies = batch.map((entry) => asText(entry.body));
  return store.query<{ connectionNo: number }>(STATEMENT, [
    batch.map((entry) => entry.receiver.no),
    batch.map((entry) => entry.webhook.sid),
    batch.map((entry) => entry.webhook.step),
    batch.map((entry) => entry.webhook.word),
    batch.map((entry) => OUTCOMES.indexOf(entry.outcome)),
    bodies.map((text) => text ?? ""),
    batch.map((entry, index) => (bodies[index] === null ? entry.body.toString("hex") : null)),
  ]);
}

/** A form body is ASCII, in practice always; anything else is kept as bytes instead. */
function asText(body: Buffer): string | null {
  for (const byte of body) if (byte < 0x20 || byte > 0x7e) return null;
  return body.toString("latin1");
}

/** The database is there and says no to a value: classes 22 (data), 23 (constraint) and 54 (limits) of SQLSTATE. */
function isDataError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(22|23|54)...$/.test(String(error.code));
}

function publish(feed: Feed, batch: Entry[], fresh: { connectionNo: number }[]): void {
  const changed = new Set(fresh.map((row) => row.connectionNo));
  for (const { receiver } of batch) {
    if (!changed.delete(receiver.no)) continue;
    feed.publish({ organizationId: receiver.organizationId, connectionId: receiver.connectionId });
  }
}
