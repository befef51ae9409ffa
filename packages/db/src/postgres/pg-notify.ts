import { randomBytes } from "node:crypto";
import { type DatabaseConnection, openConnection } from "./connection.ts";
import { createConnectionPool } from "./pool.ts";
import { runPrepared } from "./run-statements.ts";
import { DEFAULT_TIMEOUTS } from "./session.ts";

/** What Postgres takes is less than 8,000 bytes, and a few of them say from whom it comes. */
export const MAX_NOTIFY_BYTES = 7_900;

const CHANNEL = "waystation";
/** So often every process says that it is there, and tries by it whether it still hears. */
const PROBE_MS = 10_000;
/** Who is silent for longer has died, perhaps before it could say what it had done. */
const SILENCE_MS = 25_000;
const GOODBYE_MS = 1_000;
/** Said instead of a text. */
const HERE = "";
const GONE = "-";

interface PgNotifyHandlers {
  /** What another process said. */
  hear(text: string): void;
  /** Something may have been said that was not heard. */
  missed(): void;
}

export interface PgNotify {
  /** To the other processes on this database. */
  send(text: string): Promise<void>;
  /** Why nothing is heard at the moment, as a sentence; null when it works. */
  check(milliseconds: number): Promise<string | null>;
  close(): Promise<void>;
}

/**
 * Short texts between the processes that share a Postgres, over one connection that is opened again when it is lost, or
 * when it no longer hears what it says itself. `url` must not lead through a pooler that pools by transaction.
 */
export function openPgNotify(url: string, { hear, missed }: PgNotifyHandlers): PgNotify {
  const own = randomBytes(6).toString("base64url");
  const others = new Map<string, number>();
  let current: DatabaseConnection | null = null;
  let isSilent = false;
  const probing = setInterval(probe, PROBE_MS).unref();
  const pool = createConnectionPool({
    name: "changes of other servers",
    size: 1,
    open: listen,
    onOpen: () => {
      isSilent = false;
      missed();
    },
  });

  async function listen(): Promise<DatabaseConnection> {
    const connection = await openConnection({
      url,
      applicationName: "waystation notices",
      session: {
        ...DEFAULT_TIMEOUTS,
        statementTimeout: "5s",
        searchPath: "public",
        // A notice that is lost in a crash was for processes that hear of the crash.
        synchronousCommit: "off",
      },
      connectMs: 5_000,
      responseMs: 7_000,
      onNotification: receive,
    });
    await connection.query({ text: `listen ${CHANNEL}` });
    current = connection;
    return connection;
  }

  function receive(payload: string): void {
    const from = payload.slice(0, own.length);
    const text = payload.slice(own.length);
    if (from === own) isSilent = false;
    else if (text === GONE) others.delete(from);
    else {
      others.set(from, performance.now());
      if (text !== HERE) hear(text);
    }
  }

  function probe(): void {
    if (isSilent) {
      // It is opened again by the pool.
      current?.destroy();
      isSilent = false;
      return;
    }
    const silent = [...others].filter(([, heardAt]) => performance.now() - heardAt > SILENCE_MS);
    for (const [other] of silent) others.delete(other);
    if (silent.length > 0) missed();
    isSilent = true;
    send(HERE).catch(() => {});
  }

  const send = async (text: string): Promise<void> => {
    await pool.use((connection) =>
      connection.query(runPrepared({ text: "select pg_notify($1, $2)", values: [CHANNEL, own + text] })),
    );
  };

  return {
    send,
    check: pool.check,
    close: async () => {
      clearInterval(probing);
      const late = new Promise((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
      await Promise.race([send(GONE).catch(() => {}), late]);
      await pool.close();
    },
  };
}
