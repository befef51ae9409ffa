import type { ChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { OpenedDatabase } from "@waystation/db/client";
import { numberArrayLiteral, textArrayLiteral } from "./array-literal.ts";
import type { WebhookConnection } from "./connection-cache.ts";
import { channelOf, RECORD_UNROUTED_CHANNELS } from "./content/channel.ts";
import { INCOMING_STATUS } from "./content/event-status.ts";
import { type CachedConversation, createConversationCache } from "./conversation-cache.ts";
import { createFairQueue } from "./fair-queue.ts";
import {
  STORE_EVENTS,
  STORE_EVENTS_OF_KNOWN,
  STORE_EVENTS_ONLY,
  UPDATE_CONTACTS,
} from "./ingest-statement.ts";
import {
  columnsOfKnownRecords,
  columnsOfRecords,
  conversationColumns,
  foldedNamesOf,
  newIds,
  type VerifiedWebhook,
} from "./webhook-record.ts";

/** The webhook was not stored, through no fault of its own: Twilio should retry. */
export class NotStoredError extends Error {
  override name = "NotStoredError";
}

interface Entry extends VerifiedWebhook {
  /** The conversation of a message; null until it is known. */
  caller: CachedConversation | null;
  stored: () => void;
  failed: (error: Error) => void;
  since: number;
}

export interface IngestStats {
  onBatch(size: number, fresh: number, milliseconds: number): void;
  /** A batch was not stored because of the database, and is retried. */
  onRetry(error: unknown): void;
  /** A webhook was stored without its projection. */
  onUnprojected(error: unknown): void;
}

/** Larger batches save nothing more and delay the responses. */
const MAX_BATCH = 200;
/** More waiting webhooks mean seconds of work. Rejecting early is better, because Twilio still retries. */
const MAX_WAITING = 5_000;
/** The queue is also limited to the number stored in this time. A single connection may use half of it. */
const MAX_WAITING_MS = 4_000;
/** One slow batch says little: the speed is the best of this many full batches. */
const MEASURED = 3;
/** A batch is retried this long while the database is unavailable. Twilio itself waits 15 s. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 100;

/**
 * Stores webhooks in batches, one batch at a time. Webhooks that arrive meanwhile form the next batch: one statement, one
 * commit. A single webhook is stored at once. The promise of `add` resolves after the commit, for a repeat too. When more
 * arrive than can be stored, every connection gets its share.
 */
export function createWebhookIngest(store: OpenedDatabase, feed: ChangeFeed, stats: IngestStats) {
  /** Durations of the last full batches. Cleared when the queue is empty: then no limit is needed. */
  let full: number[] = [];
  const waiting = createFairQueue<Entry>(() => {
    if (full.length < MEASURED) return MAX_WAITING;
    const bearable = (MAX_BATCH / Math.min(...full)) * MAX_WAITING_MS;
    return Math.min(MAX_WAITING, Math.max(2 * MAX_BATCH, bearable));
  });
  const callers = createConversationCache(store.ingestQuery);
  /**
   * Entries that the fast statement cannot store. They come first in the next batch, which can create contacts and
   * conversations.
   */
  let left: Entry[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    // Puts all requests read in one turn of the event loop into one batch.
    await new Promise(setImmediate);
    while (left.length > 0 || waiting.size() > 0) {
      const store = left.length > 0 ? storeWhole : storeKnown;
      const batch = [...left, ...waiting.take(MAX_BATCH - left.length)];
      left = [];
      await storeBatch(batch, store);
    }
    running = null;
  }

  async function storeBatch(batch: Entry[], store: (batch: Entry[]) => Promise<Stored>): Promise<void> {
    const start = performance.now();
    try {
      const { entries, events, changes } = await store(batch);
      await noteChannels(entries.filter(({ outcome }) => outcome === "unrouted"));
      if (batch.length === MAX_BATCH) full = [...full, performance.now() - start].slice(-MEASURED);
      else if (waiting.size() === 0) full = [];
      if (entries.length > 0) stats.onBatch(entries.length, events, performance.now() - start);
      // Runs after the next batch was sent, so the database works while the responses are written.
      process.nextTick(() => {
        for (const entry of entries) entry.stored();
        for (const [receiver, conversationIds] of changes) publish(feed, receiver, conversationIds);
      });
    } catch (error) {
      left = [];
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

  async function noteChannels(unrouted: Entry[]): Promise<void> {
    if (unrouted.length === 0) return;
    await store.ingestQuery(RECORD_UNROUTED_CHANNELS, [
      numberArrayLiteral(unrouted.map(({ receiver }) => receiver.no)),
      textArrayLiteral(unrouted.map(({ body }) => channelOf(body))),
    ]);
  }

  async function storeWhole(batch: Entry[]): Promise<Stored> {
    const news = await store.ingestQuery<News>(STORE_EVENTS, [...columnsOfRecords(batch), newIds(batch)]);
    return storedOf(batch, news);
  }

  /** Leaves callbacks that may belong to a message whose SID is not known yet in `left`. */
  async function storeKnown(batch: Entry[]): Promise<Stored> {
    const messages = batch.filter(isMessage);
    await callers.meet(messages);
    for (const entry of messages) entry.caller = callers.find(entry);
    const news = await store.ingestQuery<News>(STORE_EVENTS_OF_KNOWN, columnsOfKnownRecords(batch));
    const entriesAt = (places: number[]) => places.flatMap((place) => batch[place - 1] ?? []);
    const outdated = entriesAt(news.flatMap((row) => row.outdated ?? []));
    if (outdated.length > 0)
      await store.ingestQuery(UPDATE_CONTACTS, [
        ...conversationColumns(outdated),
        ...foldedNamesOf(outdated),
      ]);
    left = entriesAt(news.flatMap((row) => row.left ?? []));
    if (left.length === 0) return storedOf(batch, news);
    const strays = new Set(left);
    return storedOf(
      batch.filter((entry) => !strays.has(entry)),
      news,
    );
  }

  /**
   * An error in one webhook must not affect the others. Each webhook is stored separately. A webhook that still fails is stored
   * without its projection, for inspection and a later retry.
   */
  async function storeApart(batch: Entry[], error: unknown): Promise<void> {
    const [only] = batch;
    if (batch.length > 1 || !only) {
      const again: Entry[] = [];
      for (const entry of batch) {
        await storeBatch([entry], storeWhole);
        again.push(...left.splice(0));
      }
      left = again;
      return;
    }
    try {
      const kept = [{ ...only, outcome: "unprojected" as const }];
      await store.ingestQuery(STORE_EVENTS_ONLY, [...columnsOfRecords(kept), newIds(kept)]);
      stats.onUnprojected(error);
      only.stored();
    } catch (second) {
      only.failed(new Error("The database refuses this webhook", { cause: second }));
    }
  }

  return {
    add({ receiver, webhook, projection, body, messageId, outcome }: VerifiedWebhook): Promise<void> {
      const { no } = receiver;
      if (waiting.isFull(no))
        return Promise.reject(new NotStoredError("Too many webhooks are waiting to be stored"));
      return new Promise((stored, failed) => {
        waiting.add(no, {
          receiver,
          webhook,
          projection,
          caller: null,
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
    /** Whether a webhook for this connection would be rejected now. Checked before its signature is computed. */
    isFull: (connectionNo: number) => waiting.isFull(connectionNo),
    waiting: () => waiting.size() + left.length,
    /** Resolves when everything added so far is stored or has failed. */
    drained: async () => {
      while (running) await running;
    },
  };
}

export type WebhookIngest = ReturnType<typeof createWebhookIngest>;

/** A result row: one per connection with new events, plus rows for the events that were left or outdated. */
interface News {
  connectionNo: number | null;
  events: number;
  /** Public ids, separated by commas. */
  conversations: string | null;
  left?: number[] | null;
  outdated?: number[] | null;
}

interface Stored {
  entries: Entry[];
  /** The number of events that were not stored before. */
  events: number;
  /** The conversations that changed, by connection. */
  changes: Map<WebhookConnection, Set<string>>;
}

function storedOf(entries: Entry[], news: News[]): Stored {
  const receivers = new Map(entries.map(({ receiver }) => [receiver.no, receiver]));
  const changes = new Map<WebhookConnection, Set<string>>();
  const changesOf = (receiver: WebhookConnection) => {
    const ids = changes.get(receiver) ?? new Set();
    changes.set(receiver, ids);
    return ids;
  };
  for (const { connectionNo, conversations } of news) {
    const receiver = connectionNo !== null && receivers.get(connectionNo);
    if (!receiver) continue;
    const ids = changesOf(receiver);
    for (const id of conversations?.split(",") ?? []) ids.add(id);
  }
  // Repeats are published too: the first attempt may have been stored but never published.
  for (const { receiver, caller } of entries)
    if (caller) changesOf(receivers.get(receiver.no) ?? receiver).add(caller.publicId);
  return { entries, events: news.reduce((total, { events }) => total + events, 0), changes };
}

function isMessage({ webhook, outcome }: Entry): boolean {
  return webhook.step === INCOMING_STATUS && outcome === "stored";
}

/** A deadlock or serialization failure with another server's batch. The other batch is committed by now. */
function isCollision(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "40P01" || error.code === "40001");
}

/** The database rejected a value: SQLSTATE classes 22 (data), 23 (constraint) and 54 (limits). */
function isDataError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(22|23|54)...$/.test(String(error.code));
}

function publish(
  feed: ChangeFeed,
  { organizationId, connectionId }: WebhookConnection,
  conversationIds: Set<string>,
): void {
  for (const conversationId of conversationIds)
    feed.publish({ organizationId, connectionId, conversationId });
  if (conversationIds.size === 0) feed.publish({ organizationId, connectionId });
}
