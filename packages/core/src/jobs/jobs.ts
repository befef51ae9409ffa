import type { Database, OpenedDatabase } from "@waystation/db/client";
import { sql } from "drizzle-orm";
import { fromDrizzle, fromPglite, PgBoss } from "pg-boss";
import { startWorker } from "./worker.ts";

const SEND = "send-message";
const SETTLE = "settle-message";

/** Where work waits until a worker takes it, in the same database and the same transaction as what it is about. */
export interface Jobs {
  /** To be sent after every earlier message of the same conversation. */
  send(tx: Database, messageId: number, conversationId: number, connectionNo: number): Promise<void>;
  /** To be looked up at Twilio, because nobody here knows whether it left. */
  settle(tx: Database, messageId: number, connectionNo: number, afterSeconds: number): Promise<void>;
  /** What was sent has been committed: this process need not wait until it looks by itself. */
  wake(): void;
}

export interface JobHandlers {
  /** Throws to be called again later, with back-off. `tries`: how often it was called before. */
  send(messageId: number, tries: number): Promise<void>;
  settle(messageId: number): Promise<void>;
}

/** Drizzle's driver-neutral type leaves open what `execute` answers; both drivers' answers are among what is asked for. */
type Transaction = Parameters<typeof fromDrizzle>[0];

/**
 * The queue's tables are the installation's, and hidden from request code (docs/decisions/0014). A job is put where its message
 * is, in the same transaction: so for this one statement the transaction leaves its role. When the statement fails the
 * transaction has failed, and the role with it.
 */
async function asOwner(
  tx: Database,
  work: (db: ReturnType<typeof fromDrizzle>) => Promise<unknown>,
): Promise<void> {
  const result = await tx.execute(
    sql`select current_setting('role') as role, set_config('role', 'none', true)`,
  );
  const { role } = (result as unknown as { rows: { role: string }[] }).rows[0] ?? { role: "none" };
  await work(fromDrizzle(tx as Transaction, sql));
  await tx.execute(sql`select set_config('role', ${role}, true)`);
}

/** A job that had used up its tries would hold its conversation back for ever: the outbox knows when to give up. */
const NO_LIMIT = 1_000_000;
/** Whose process has died is free again after this and one look around. */
const LOST_SECONDS = 10;
const LOOK_SECONDS = 5;
const POLICY = { retryLimit: NO_LIMIT, retryBackoff: true, heartbeatSeconds: LOST_SECONDS } as const;
const SENDING = {
  ...POLICY,
  retryDelay: 1,
  retryDelayMax: 10,
  expireInSeconds: 60,
  deleteAfterSeconds: 60 * 60,
} as const;
const SETTLING = { ...POLICY, retryDelay: 5, retryDelayMax: 60, expireInSeconds: 60 } as const;

/** Starts the queue and, when `work` is given, this process's workers. */
export async function startJobs(store: OpenedDatabase, report: (error: unknown) => void) {
  const boss = new PgBoss({
    schema: "jobs",
    superviseIntervalSeconds: LOOK_SECONDS,
    monitorIntervalSeconds: LOOK_SECONDS,
    ...(store.native.kind === "embedded"
      ? { backend: "pglite", db: fromPglite(store.native.client) }
      : { db: { executeSql: store.native.executeSql } }),
  });
  boss.on("error", report);
  await boss.start();
  // Strict order a conversation: what waits to be tried again holds back what was written after it.
  await boss.createQueue(SEND, { policy: "key_strict_fifo", ...SENDING });
  await boss.createQueue(SETTLE, SETTLING);
  // Where an earlier version made them, with tries that come to an end.
  if ((await boss.getQueue(SEND))?.retryLimit !== NO_LIMIT) {
    await boss.updateQueue(SEND, SENDING);
    await boss.updateQueue(SETTLE, SETTLING);
  }
  let pumps: ReturnType<typeof startWorker>[] = [];
  const jobs: Jobs = {
    send: async (tx, messageId, conversationId, connectionNo) => {
      await asOwner(tx, (db) =>
        boss.send(
          SEND,
          { messageId },
          { singletonKey: String(conversationId), group: { id: String(connectionNo) }, db },
        ),
      );
    },
    settle: async (tx, messageId, connectionNo, afterSeconds) => {
      await asOwner(tx, (db) =>
        boss.send(
          SETTLE,
          { messageId },
          { startAfter: afterSeconds, group: { id: String(connectionNo) }, db },
        ),
      );
    },
    wake: () => {
      for (const pump of pumps) pump.wake();
    },
  };
  return {
    jobs,
    work: (work: JobHandlers) => {
      pumps = [
        startWorker(boss, {
          queue: SEND,
          slots: 60,
          share: 12,
          run: ({ messageId }, tries) => work.send(messageId, tries),
          report,
        }),
        startWorker(boss, {
          queue: SETTLE,
          slots: 12,
          share: 4,
          run: ({ messageId }) => work.settle(messageId),
          report,
        }),
      ];
    },
    /** How many jobs there are by queue and state, as pg-boss counts them every few seconds. */
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
    stop: async () => {
      await Promise.all(pumps.map((pump) => pump.stop()));
      await boss.stop({ graceful: true, timeout: 8_000, close: true });
    },
  };
}

export type JobQueue = Awaited<ReturnType<typeof startJobs>>;
