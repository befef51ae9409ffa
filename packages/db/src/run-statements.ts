import { NodePgSession, NodePgTransaction } from "drizzle-orm/node-postgres";
import { PgDatabase, PgDialect, type PgSession } from "drizzle-orm/pg-core";
import type pg from "pg";
import type { Asking, Database } from "./client.ts";
import type { Connection, QueryConfig } from "./connection.ts";
import type { Pool } from "./pool.ts";
import { countFrequent } from "./prepare-frequent.ts";
import { BEGIN, type Statement } from "./session.ts";

/** Statements by the name under which each session knows them. */
const names = new Map<string, string>();

export function prepared(config: QueryConfig): QueryConfig {
  const name = names.get(config.text) ?? `statement ${names.size}`;
  names.set(config.text, name);
  return { ...config, name };
}

/**
 * Runs a statement, or several, on one connection of a pool. With a prelude both are one transaction, which begins with it: all
 * of it is on its way before any is answered, so it costs no further round trip, and no pooler can part it.
 */
export async function run(
  pool: Pool,
  prelude: Statement | null,
  config: QueryConfig,
): Promise<pg.QueryResult> {
  return pool.use(async (connection) => {
    if (!prelude) return connection.query(config);
    const [, , result, end] = await connection.pipeline([
      { text: BEGIN },
      prelude,
      config,
      { text: "commit" },
    ]);
    if (!result || end?.command !== "COMMIT") throw new Error("The transaction was rolled back");
    return result;
  });
}

export async function transact<Result>(
  pool: Pool,
  prelude: Statement | null,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return pool.use((connection) => transactOn(connection, prelude, work));
}

export async function transactOn<Result>(
  connection: Connection,
  prelude: Statement | null,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    await connection.pipeline([{ text: BEGIN }, ...(prelude ? [prelude] : [])]);
    result = await work(connection);
  } catch (error) {
    await connection.query({ text: "rollback" }).catch(() => {});
    throw error;
  }
  const { command } = await connection.query({ text: "commit" });
  if (command !== "COMMIT") throw new Error("The transaction was rolled back: one of its statements failed");
  return result;
}

interface Runner {
  /** `prepares`: whether sessions keep prepared statements. */
  query(config: QueryConfig, plans?: "once"): Promise<pg.QueryResult>;
  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result>;
}

const dialect = new PgDialect({ casing: "snake_case" });
const isFrequent = countFrequent();

export function databaseOf(session: unknown): Database {
  return new PgDatabase(dialect, session as PgSession, undefined) as unknown as Database;
}

/** What drizzle uses of a client of node-postgres. */
function clientOf(query: (config: QueryConfig) => Promise<pg.QueryResult>): pg.Client {
  return {
    query: ({ name: _, ...config }: QueryConfig, values: unknown[]) => query({ ...config, values }),
  } as unknown as pg.Client;
}

/** Drizzle's session on one connection, within its transaction. */
export function drizzleOn(connection: Connection): Database {
  return databaseOf(
    new RunnerSession({ query: connection.query, transaction: (work) => transactOn(connection, null, work) }),
  );
}

class RunnerSession extends NodePgSession<Record<string, never>, Record<string, never>> {
  readonly #runner: Runner;

  constructor(runner: Runner) {
    super(clientOf(runner.query), dialect, undefined);
    this.#runner = runner;
  }

  override transaction: NodePgSession<Record<string, never>, Record<string, never>>["transaction"] = (work) =>
    this.#runner.transaction((connection) => {
      const session = new NodePgSession<Record<string, never>, Record<string, never>>(
        clientOf(connection.query),
        dialect,
        undefined,
      );
      return work(new NodePgTransaction(dialect, session, undefined));
    });
}

/** The ways to ask, over a runner; where sessions do not last nothing is prepared. */
export function askingOf(runner: Runner, prepares: boolean): Asking {
  const plain = (text: string, values: unknown[]): QueryConfig => ({ text, values });
  const often = (config: QueryConfig) => (prepares && isFrequent(config.text) ? prepared(config) : config);
  const session = new RunnerSession({
    query: (config) => runner.query(often(config)),
    transaction: runner.transaction,
  });
  return {
    db: databaseOf(session),
    query: async <Row>(text: string, values: unknown[]) =>
      (await runner.query(prepares ? prepared(plain(text, values)) : plain(text, values), "once"))
        .rows as Row[],
    queryUnprepared: async <Row>(text: string, values: unknown[]) =>
      (await runner.query(plain(text, values))).rows as Row[],
  };
}
