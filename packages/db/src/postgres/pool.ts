import type { DatabaseConnection } from "./connection.ts";
import { SessionSetupError } from "./session.ts";

export interface ConnectionPoolOptions {
  /** What it is for, as /readyz names it. */
  name: string;
  size: number;
  open(): Promise<DatabaseConnection>;
  /** More than the connection's own `verify`, after it. */
  verify?(connection: DatabaseConnection): Promise<void>;
  onOpen?(): void;
}

export interface ConnectionPool {
  use<Result>(work: (connection: DatabaseConnection) => Promise<Result>): Promise<Result>;
  /** Why it is of no use at the moment, as a sentence; null when it works. */
  check(milliseconds: number): Promise<string | null>;
  close(): Promise<void>;
}

const REOPEN_MS = 250;
/** How often an idle connection is tried. */
const PROBE_MS = 10_000;

/** There is no connection to the database that can be relied on; `cause` says why. */
export class DatabaseUnavailableError extends Error {
  override name = "DatabaseUnavailableError";
}

/** Whether that is what an error comes down to. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause)
    if (each instanceof DatabaseUnavailableError) return true;
  return false;
}

/**
 * Connections that only one at a time can use, always the one that was used last: its session has plans, pages and catalogs at
 * hand that an idle one has to find again. All are opened ahead of need, and again when lost: later there may be none left to
 * have. Each is verified when it is opened, and while it is idle; one that cannot be relied on is closed.
 */
export function createConnectionPool({
  name,
  size,
  open,
  verify = async () => {},
  onOpen,
}: ConnectionPoolOptions): ConnectionPool {
  const idle: { connection: DatabaseConnection; since: number }[] = [];
  const all = new Set<DatabaseConnection>();
  const waiting: PromiseWithResolvers<DatabaseConnection>[] = [];
  let isFilling = false;
  let isClosed = false;
  let failure: unknown = null;
  let succeededAt = Number.NEGATIVE_INFINITY;
  const timer = setInterval(probe, PROBE_MS).unref();

  async function fill(): Promise<void> {
    if (isFilling) return;
    isFilling = true;
    while (!isClosed && all.size < size) {
      try {
        const connection = await openVerified();
        failure = null;
        if (isClosed) await connection.close();
        else add(connection);
      } catch (error) {
        fail(error);
        await new Promise((resolve) => setTimeout(resolve, REOPEN_MS).unref());
      }
    }
    isFilling = false;
  }

  async function openVerified(): Promise<DatabaseConnection> {
    const connection = await open();
    try {
      await verify(connection);
      return connection;
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  function add(connection: DatabaseConnection): void {
    all.add(connection);
    connection.closed.then(() => {
      all.delete(connection);
      const place = idle.findIndex((one) => one.connection === connection);
      if (place >= 0) idle.splice(place, 1);
      void fill();
    });
    onOpen?.();
    give(connection);
  }

  /** Whoever waits does so for a connection that comes back; there is none. */
  function fail(error: unknown): void {
    failure = error;
    if (all.size > 0) return;
    const unavailable = new DatabaseUnavailableError(
      `There is no connection for ${name} (${error instanceof Error ? error.message : error})`,
      { cause: error },
    );
    for (const turn of waiting.splice(0)) turn.reject(unavailable);
  }

  function take(): Promise<DatabaseConnection> {
    if (isClosed) return Promise.reject(new DatabaseUnavailableError("The connections are closed."));
    for (let place = idle.pop(); place; place = idle.pop())
      if (place.connection.isIdle()) return Promise.resolve(place.connection);
    const turn = Promise.withResolvers<DatabaseConnection>();
    waiting.push(turn);
    return turn.promise;
  }

  function give(connection: DatabaseConnection, since = performance.now()): void {
    // Also one that was left within a transaction.
    if (!connection.isIdle()) {
      connection.destroy();
      return;
    }
    const turn = waiting.shift();
    if (turn) turn.resolve(connection);
    else idle.push({ connection, since });
  }

  async function verifyThrough(connection: DatabaseConnection): Promise<void> {
    try {
      await connection.verify();
      await verify(connection);
      succeededAt = performance.now();
    } catch (error) {
      connection.destroy();
      failure = error;
      // What is wrong with a session's settings or rights is wrong with the others, too.
      if (error instanceof SessionSetupError) for (const one of idle.splice(0)) one.connection.destroy();
      throw error;
    }
  }

  function probe(): void {
    const old = performance.now() - PROBE_MS;
    const due = idle.filter(({ since }) => since <= old);
    for (const place of due) {
      idle.splice(idle.indexOf(place), 1);
      verifyThrough(place.connection).then(
        () => give(place.connection),
        () => {},
      );
    }
  }

  async function use<Result>(work: (connection: DatabaseConnection) => Promise<Result>): Promise<Result> {
    const connection = await take();
    try {
      const result = await work(connection);
      succeededAt = performance.now();
      return result;
    } finally {
      give(connection);
    }
  }

  void fill();
  return {
    use,
    check: async (milliseconds) => {
      const start = performance.now();
      const late = Promise.withResolvers<void>();
      const alarm = setTimeout(late.resolve, milliseconds);
      try {
        await Promise.race([use(verifyThrough), late.promise]);
      } catch (error) {
        return sentence(error);
      } finally {
        clearTimeout(alarm);
      }
      // While it was asked it may have been busy with something else, and that counts.
      if (succeededAt >= start) return null;
      return failure ? sentence(failure) : `The connection for ${name} does not answer`;
    },
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      for (const turn of waiting.splice(0))
        turn.reject(new DatabaseUnavailableError("The connections are closed."));
      await Promise.all([...all].map((connection) => connection.close()));
    },
  };

  /** Anybody may ask, so it holds nothing that the database or the driver says, such as names and addresses. */
  function sentence(error: unknown): string {
    if (error instanceof DatabaseUnavailableError && error.cause) return sentence(error.cause);
    if (error instanceof SessionSetupError)
      return `The connection for ${name} cannot be used. ${error.message}`;
    const { code } = error as { code?: unknown };
    return `The connection for ${name} failed${typeof code === "string" ? ` (${code})` : ""}`;
  }
}
