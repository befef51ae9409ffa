import type { Store } from "@waystation/db/client";
import { v7 as uuidv7 } from "uuid";
import type { Feed } from "../feed.ts";
import { numberArray, textArray } from "./array-literal.ts";
import type { Receiver } from "./directory.ts";
import { createFairQueue } from "./fair-queue.ts";
import { STORE_EVENTS, STORE_EVENTS_ONLY, STORE_KNOWN } from "./ingest-statement.ts";
import { MESSAGE_KINDS } from "./message-kind.ts";
import { NOTHING, projectStatus, projectWebhook } from "./project.ts";
import type { Webhook } from "./read-webhook.ts";
import { INCOMING } from "./steps.ts";

/** Not stored, and no fault of the webhook: Twilio is to come again. */
export class NotStoredError extends Error {
  override name = "NotStoredError";
}

/** `unprojected`: kept, but what the inbox takes from it could not be stored; it is tried again by itself. */
export type Outcome = "stored" | "unrouted" | "unprojected";
/** By the number in the event log. Never reorder. */
export const OUTCOMES: readonly Outcome[] = ["stored", "unrouted", "unprojected"];

/** As much of a webhook as the log and the inbox take. */
export interface Delivery {
  receiver: Pick<Receiver, "no" | "organizationNo">;
  webhook: Pick<Webhook, "accountSid" | "sid" | "step" | "word" | "values">;
  body: Buffer;
  /** Our id for the message, where the webhook came by its own status URL. */
  messageId: string | null;
  outcome: Outcome;
}

interface Entry extends Delivery {
  receiver: Receiver;
  stored: () => void;
  failed: (error: Error) => void;
  since: number;
}

export interface IngestStats {
  onBatch(size: number, fresh: number, milliseconds: number): void;
  /** A batch was not stored, through no fault of its own, and goes again. */
  onRetry(error: unknown): void;
  /** A webhook was kept without what the inbox takes from it. */
  onUnprojected(error: unknown): void;
}

/** Larger ones save nothing more, and answer later. */
const MAX_BATCH = 200;
/** More than this waiting is seconds of work: better refused at once, while Twilio still retries. */
const MAX_WAITING = 5_000;
/** Nor more than is stored in this time, however slow that is. One connection alone may have half of it. */
const MAX_WAITING_MS = 4_000;
/** One slow batch is no measure: the best of so many full ones is. */
const MEASURED = 3;
/** A batch whose database is away is sent again this long; Twilio itself waits 15 s. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Stores webhooks in batches, one batch at a time: what arrives while one is being stored goes together in the next, in
 * one statement and one commit. Alone, a webhook goes at once. The promise of `add` resolves after the commit, for a
 * repeat too. Where more comes than can be stored, every connection has its share.
 */
export function createIngest(store: Store, feed: Feed, stats: IngestStats) {
  /** How long the last full batches took. Forgotten when nothing waits: who never waits needs no bound. */
  let full: number[] = [];
  const waiting = createFairQueue<Entry>(() => {
    if (full.length < MEASURED) return MAX_WAITING;
    const bearable = (MAX_BATCH / Math.min(...full)) * MAX_WAITING_MS;
    return Math.min(MAX_WAITING, Math.max(2 * MAX_BATCH, bearable));
  });
  /** What the quick statement left: goes first, with the one that can make contacts and conversations. */
  let left: Entry[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    // Lets all requests that one turn of the event loop read travel together.
    await new Promise(setImmediate);
    while (left.length > 0 || waiting.size() > 0) {
      const statement = left.length > 0 ? STORE_EVENTS : STORE_KNOWN;
      const batch = [...left, ...waiting.take(MAX_BATCH - left.length)];
      left = [];
      await storeBatch(batch, statement);
    }
    running = null;
  }

  async function storeBatch(batch: Entry[], statement: string): Promise<void> {
    const start = performance.now();
    try {
      const news = await persist(store, batch, statement);
      if (batch.length === MAX_BATCH) full = [...full, performance.now() - start].slice(-MEASURED);
      else if (waiting.size() === 0) full = [];
      const places = news.flatMap((row) => row.left ?? []);
      left = places.flatMap((place) => batch[place - 1] ?? []);
      stats.onBatch(batch.length - left.length, sum(news), performance.now() - start);
      const unfinished = new Set(left);
      for (const entry of batch) if (!unfinished.has(entry)) entry.stored();
      publish(feed, batch, news);
    } catch (error) {
      if (isDataError(error)) return await storeApart(batch, error);
      stats.onRetry(error);
      const tooLate = performance.now() - PATIENCE_MS;
      for (const entry of batch)
        if (entry.since < tooLate)
          entry.failed(new NotStoredError("The database did not take it", { cause: error }));
      left = batch.filter((entry) => entry.since >= tooLate);
      if (!isCollision(error)) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  /**
   * What the database refuses of one webhook must not cost the others: each is stored by itself, and the one that is
   * refused even so is kept without its projection, to be looked at and tried again.
   */
  async function storeApart(batch: Entry[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length > 1 || !only) {
      const again: Entry[] = [];
      for (const entry of batch) {
        await storeBatch([entry], STORE_EVENTS);
        again.push(...left.splice(0));
      }
      left = again;
      return;
    }
    try {
      await persist(store, [{ ...only, outcome: "unprojected" }], STORE_EVENTS_ONLY);
      stats.onUnprojected(error);
      only.stored();
    } catch (second) {
      only.failed(new Error("The database refuses this webhook", { cause: second }));
    }
  }

  return {
    add(delivery: Delivery & { receiver: Receiver }): Promise<void> {
      const { no } = delivery.receiver;
      if (waiting.isFull(no))
        return Promise.reject(new NotStoredError("Too many webhooks are waiting to be stored"));
      return new Promise((stored, failed) => {
        const { receiver, webhook, body, messageId, outcome } = delivery;
        waiting.add(no, {
          receiver,
          webhook,
          body,
          messageId,
          outcome,
          stored,
          failed,
          since: performance.now(),
        });
        running ??= run();
      });
    },
    /** Whether a webhook for this connection would be refused now: known before its signature is worked out. */
    isFull: (connectionNo: number) => waiting.isFull(connectionNo),
    waiting: () => waiting.size() + left.length,
    /** Resolves when everything added so far is stored or refused. */
    drained: async () => {
      while (running) await running;
    },
  };
}

export type Ingest = ReturnType<typeof createIngest>;

/** What a batch brought to one connection. */
interface News {
  connectionNo: number | null;
  events: number;
  /** Public ids. */
  conversations: string[] | null;
  /** In a row of its own: the places, from 1, of what was not taken. */
  left?: number[] | null;
}

async function persist(store: Store, batch: Entry[], statement: string): Promise<News[]> {
  const columns = columnsOf(batch);
  return store.hotQuery<News>(statement, statement === STORE_KNOWN ? columns : [...columns, newIds(batch)]);
}

function sum(news: News[]): number {
  return news.reduce((total, { events }) => total + events, 0);
}

/** For what makes conversations, one more column: the public ids that they would get. */
export function newIds(batch: readonly Delivery[]): string {
  return numberArray(batch.map(({ webhook }) => (webhook.step === INCOMING ? uuidv7() : null)));
}

/** The parameters of the ingest statement, a column each. */
export function columnsOf(batch: readonly Delivery[]): string[] {
  const texts = batch.map((entry) => asText(entry.body));
  const inbox = batch.map(({ webhook, outcome }) =>
    outcome === "unrouted"
      ? NOTHING
      : webhook.step === INCOMING
        ? projectWebhook(webhook.values)
        : projectStatus(webhook.values),
  );
  return [
    numberArray(batch.map((entry) => entry.receiver.no)),
    numberArray(batch.map((entry) => entry.receiver.organizationNo)),
    numberArray(batch.map((entry) => entry.webhook.sid)),
    numberArray(batch.map((entry) => entry.webhook.step)),
    textArray(batch.map((entry) => entry.webhook.word)),
    numberArray(batch.map((entry) => OUTCOMES.indexOf(entry.outcome))),
    textArray(texts.map((text) => text ?? "")),
    textArray(batch.map((entry, index) => (texts[index] === null ? entry.body.toString("hex") : null))),
    textArray(inbox.map((projection) => projection.ours)),
    textArray(inbox.map((projection) => projection.contact)),
    textArray(inbox.map((projection) => projection.otherAddress)),
    textArray(inbox.map((projection) => projection.name)),
    textArray(inbox.map((projection) => projection.username)),
    numberArray(inbox.map((projection) => MESSAGE_KINDS.indexOf(projection.kind))),
    textArray(inbox.map((projection) => projection.body)),
    textArray(inbox.map((projection) => projection.preview)),
    numberArray(inbox.map((projection) => projection.errorCode)),
    numberArray(batch.map((entry) => entry.messageId)),
  ];
}

/** A form body is ASCII, in practice always; anything else is kept as bytes instead. */
function asText(body: Buffer): string | null {
  const text = body.toString("latin1");
  return PRINTABLE.test(text) ? text : null;
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** Another server's batch was in the way, and is through now. */
function isCollision(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40P01" || error.code === "40001");
}

/** The database is there and says no to a value: classes 22 (data), 23 (constraint) and 54 (limits) of SQLSTATE. */
function isDataError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(22|23|54)...$/.test(String(error.code));
}

function publish(feed: Feed, batch: Entry[], news: News[]): void {
  const receivers = new Map(batch.map(({ receiver }) => [receiver.no, receiver]));
  for (const { connectionNo, conversations } of news) {
    const receiver = connectionNo !== null && receivers.get(connectionNo);
    if (!receiver) continue;
    const { organizationId, connectionId } = receiver;
    for (const conversationId of conversations ?? [])
      feed.publish({ organizationId, connectionId, conversationId });
    if (!conversations?.length) feed.publish({ organizationId, connectionId });
  }
}
