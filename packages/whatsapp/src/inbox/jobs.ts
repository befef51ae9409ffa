import type { Database, Store } from "@waystation/db/client";
import { sql } from "drizzle-orm";
import { fromDrizzle, fromPglite, PgBoss } from "pg-boss";

const SEND = "send-message";
const SETTLE = "settle-message";

/** Where work waits until a worker takes it, in the same database and the same transaction as what it is about. */
export interface Jobs {
  /** To be sent after every earlier message of the same conversation. */
  send(tx: Database, messageId: number, conversationId: number): Promise<void>;
  /** To be looked up at Twilio, because nobody here knows whether it left. */
  settle(messageId: number, afterSeconds: number): Promise<void>;
}

export interface Work {
  /** Throws to be called again later, with back-off. `isLast`: it will not be. */
  send(messageId: number, isLast: boolean): Promise<void>;
  settle(messageId: number): Promise<void>;
}

/** Drizzle's driver-neutral type leaves open what `execute` answers; both drivers' answers are among what is asked for. */
type Transaction = Parameters<typeof fromDrizzle>[0];

const RETRIES = 8;

/** Starts the queue and, when `work` is given, this process's workers. */
export async function startJobs(store: Store, report: (error: unknown) => void) {
  const boss = new PgBoss({
    schema: "jobs",
    ...(store.native.kind === "embedded"
      ? { backend: "pglite", db: fromPglite(store.native.client) }
      : { connectionString: store.native.url, max: 3 }),
  });
  boss.on("error", report);
  await boss.start();
  // Strict order a conversation: what waits to be tried again holds back what was written after it.
  await boss.createQueue(SEND, {
    policy: "key_strict_fifo",
    retryLimit: RETRIES,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 120,
    expireInSeconds: 60,
    deleteAfterSeconds: 24 * 60 * 60,
  });
  await boss.createQueue(SETTLE, { retryLimit: 500, retryDelay: 10, retryBackoff: true, retryDelayMax: 600 });
  const jobs: Jobs = {
    send: async (tx, messageId, conversationId) => {
      await boss.send(
        SEND,
        { messageId },
        { singletonKey: String(conversationId), db: fromDrizzle(tx as Transaction, sql) },
      );
    },
    settle: async (messageId, afterSeconds) => {
      await boss.send(SETTLE, { messageId }, { startAfter: afterSeconds });
    },
  };
  return {
    jobs,
    work: async (work: Work) => {
      const options = { includeMetadata: true, pollingIntervalSeconds: 1, localConcurrency: 8 } as const;
      await boss.work<{ messageId: number }, void, typeof options>(SEND, options, async ([job]) => {
        if (job) await work.send(job.data.messageId, job.retryCount >= job.retryLimit);
      });
      await boss.work<{ messageId: number }>(SETTLE, { pollingIntervalSeconds: 1 }, async ([job]) => {
        if (job) await work.settle(job.data.messageId);
      });
    },
    /** How many jobs there are by queue and state, as pg-boss counts them once a minute. */
    depths: async () => {
      const queues = await boss.getQueues([SEND, SETTLE]);
      return queues.flatMap(({ name, readyCount, deferredCount, activeCount, failedCount }) =>
        Object.entries({
          ready: readyCount,
          deferred: deferredCount,
          active: activeCount,
          failed: failedCount,
        }).map(([state, count]) => ({ name, state, count })),
      );
    },
    stop: () => boss.stop({ graceful: true, timeout: 8_000, close: true }),
  };
}

export type Queue = Awaited<ReturnType<typeof startJobs>>;
