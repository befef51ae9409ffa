import { randomUUID } from "node:crypto";
import { Socket } from "node:net";
import pg from "pg";
import { describeSession, type SessionOptions } from "./session.ts";

interface ConnectionOptions {
  url: string;
  applicationName: string;
  /** Null where a pooler pools by transaction: then each transaction brings its settings along. */
  session: SessionOptions | null;
  connectMs: number;
  /**
   * More silence than this, and nobody is at the other end: TCP alone would notice after a quarter of an hour. Longer than the
   * server's own limit, which comes first and says so. 0 for none.
   */
  responseMs: number;
  onNotification?: (payload: string) => void;
}

export type PreparedQueryConfig = pg.QueryConfig & { rowMode?: "array" };
type Result<Row extends pg.QueryResultRow = pg.QueryResultRow> = pg.QueryResult<Row>;

/** One connection, which is never opened again: who has it knows what was set on it. */
export interface DatabaseConnection {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(config: PreparedQueryConfig): Promise<Result<Row>>;
  /** Sends all of them before the first is answered, and throws the first failure. */
  pipeline(configs: PreparedQueryConfig[]): Promise<Result[]>;
  /** Throws where its session is no longer as it was begun. */
  verify(): Promise<void>;
  /** Whether it is open and in no transaction. */
  isIdle(): boolean;
  destroy(): void;
  /** Resolves when it is closed, whoever closed it. */
  closed: Promise<void>;
  close(): Promise<void>;
}

const CLOSE_MS = 5_000;

/** As the database writes them: drizzle reads times by itself, and so do we. */
const AS_TEXT = new Set([1_082, 1_083, 1_114, 1_182, 1_184, 1_185, 1_115, 1_186, 1_187, 1_231]);
const typeParsers = {
  getTypeParser: (oid: number, format?: string) =>
    AS_TEXT.has(oid) ? (text: string) => text : pg.types.getTypeParser(oid, format as "text"),
};

/**
 * Opens a connection, sets its session up and checks that the settings hold. By node-postgres: see docs/decisions/0022.
 * Startup parameters other than user, database and application_name are not sent: PgBouncer rejects them.
 */
export async function openConnection(options: ConnectionOptions): Promise<DatabaseConnection> {
  const { session, connectMs, responseMs, onNotification } = options;
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: withLibpqModes(options.url),
    stream: () => socket,
    keepAlive: true,
    connectionTimeoutMillis: connectMs,
    application_name: options.applicationName,
    types: typeParsers,
    ...({ pipeline: true } as object),
  });
  const closed = Promise.withResolvers<void>();
  let isOpen = true;
  const lose = () => {
    isOpen = false;
    socket.destroy();
    closed.resolve();
  };
  client.on("error", lose).on("end", lose);
  if (onNotification) client.on("notification", ({ payload = "" }) => onNotification(payload));

  // A query fails as soon as its error arrives. The transaction status follows, possibly in another packet.
  let status = Promise.withResolvers<void>();
  status.resolve();
  client.connection.on("errorMessage", () => {
    status.resolve();
    status = Promise.withResolvers();
  });
  client.connection.on("readyForQuery", () => status.resolve());
  void closed.promise.then(() => status.resolve());

  async function send<Answer>(answer: Promise<Answer>, milliseconds: number): Promise<Answer> {
    const timer = milliseconds > 0 ? setTimeout(lose, milliseconds) : undefined;
    try {
      return await answer;
    } catch (error) {
      if (isFatal(error)) lose();
      await status.promise;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  const description = session && describeSession(session, randomUUID());
  const verify = async (milliseconds = responseMs) => {
    if (!description) return void (await send(client.query("select 1"), milliseconds));
    const { rows } = await send(client.query(description.verify), milliseconds);
    try {
      description.check(rows[0]);
    } catch (error) {
      lose();
      throw error;
    }
  };
  try {
    await client.connect();
    if (description) await send(client.query(description.begin), connectMs);
    await verify(connectMs);
  } catch (error) {
    lose();
    throw error;
  }

  const query: DatabaseConnection["query"] = (config) => send(client.query(config), responseMs);
  return {
    query,
    pipeline: async (configs) => {
      socket.cork();
      const sent = configs.map((config) => query(config));
      socket.uncork();
      const results = await Promise.allSettled(sent);
      return results.map((result) => {
        if (result.status === "rejected") throw result.reason;
        return result.value;
      });
    },
    verify: () => verify(),
    isIdle: () => isOpen && client.getTransactionStatus() === "I",
    destroy: lose,
    closed: closed.promise,
    close: async () => {
      const timer = setTimeout(lose, CLOSE_MS).unref();
      await client.end().catch(() => {});
      clearTimeout(timer);
      lose();
    },
  };
}

/** `sslmode` as libpq and every pooler's manual mean it. */
function withLibpqModes(url: string): string {
  const parsed = new URL(url);
  if (!parsed.searchParams.has("sslmode") || parsed.searchParams.has("uselibpqcompat")) return url;
  parsed.searchParams.set("uselibpqcompat", "true");
  return parsed.href;
}

/**
 * What says that there is no server, or none that talks to us any longer, or that this session is of no use: a standby after a
 * failover (25006), or a prepared statement that is gone or whose tables have changed (26000, 0A000).
 */
function isFatal(error: unknown): boolean {
  return (
    !(error instanceof pg.DatabaseError) || /^(08|28|53300|57P|25006|26000|0A000)/.test(error.code ?? "")
  );
}
