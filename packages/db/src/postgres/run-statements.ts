import { NodePgSession, NodePgTransaction } from "drizzle-orm/node-postgres";
import { PgDatabase, PgDialect, type PgSession } from "drizzle-orm/pg-core";
import type pg from "pg";
import type { Database, Queryable } from "../client.ts";
import type { DatabaseConnection, PreparedQueryConfig } from "./connection.ts";
import type { ConnectionPool } from "./pool.ts";
import { countFrequentStatements } from "./prepare-frequent.ts";
import { BEGIN_TRANSACTION, type SessionStatement } from "./session.ts";

/** Statements by the name under which each session knows them. */
const names = new Map<string, string>();

export function runPrepared(config: PreparedQueryConfig): PreparedQueryConfig {
  const name = names.get(config.text) ?? `statement ${names.size}`;
  names.set(config.text, name);
  return { ...config, name };
}

/**
 * Runs a statement, or several, on one connection of a pool. With a prelude both are one transaction, which begins with it: all
 * of it is on its way before any is answered, so it costs no further round trip, and no pooler can part it.
 */
export async function runOnPool(
  pool: ConnectionPool,
  prelude: SessionStatement | null,
  config: PreparedQueryConfig,
): Promise<pg.QueryResult> {
  return pool.use(async (connection) => {
    if (!prelude) return connection.query(config);
    const [, , result, end] = await connection.pipeline([
      { text: BEGIN_TRANSACTION },
      prelude,
      config,
      { text: "commit" },
    ]);
    if (!result || end?.command !== "COMMIT") throw new Error("The transaction was rolled back");
    return result;
  });
}

export async function runTransaction<Result>(
  pool: ConnectionPool,
  prelude: SessionStatement | null,
  work: (connection: DatabaseConnection) => Promise<Result>,
): Promise<Result> {
  return pool.use((connection) => runTransactionOn(connection, prelude, work));
}

export async function runTransactionOn<Result>(
  connection: DatabaseConnection,
  prelude: SessionStatement | null,
  work: (connection: DatabaseConnection) => Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    await connection.pipeline([{ text: BEGIN_TRANSACTION }, ...(prelude ? [prelude] : [])]);
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
  query(config: PreparedQueryConfig, plans?: "once"): Promise<pg.QueryResult>;
  transaction<Result>(work: (connection: DatabaseConnection) => Promise<Result>): Promise<Result>;
}

const dialect = new PgDialect({ casing: "snake_case" });
const isFrequent = countFrequentStatements();

export function drizzleDatabaseOf(session: unknown): Database {
  return new PgDatabase(dialect, session as PgSession, undefined) as unknown as Database;
}

/** What drizzle uses of a client of node-postgres. */
function clientOf(query: (config: PreparedQueryConfig) => Promise<pg.QueryResult>): pg.Client {
  return {
    query: ({ name: _, ...config }: PreparedQueryConfig, values: unknown[]) => query({ ...config, values }),
  } as unknown as pg.Client;
}

/** Drizzle's session on one connection, within its transaction. */
export function drizzleOn(connection: DatabaseConnection): Database {
  return drizzleDatabaseOf(
    new RunnerSession({
      query: connection.query,
      transaction: (work) => runTransactionOn(connection, null, work),
    }),
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
export function queryableOf(runner: Runner, prepares: boolean): Queryable {
  const plain = (text: string, values: unknown[]): PreparedQueryConfig => ({ text, values });
  const often = (config: PreparedQueryConfig) =>
    prepares && isFrequent(config.text) ? runPrepared(config) : config;
  const session = new RunnerSession({
    query: (config) => runner.query(often(config)),
    transaction: runner.transaction,
  });
  return {
    db: drizzleDatabaseOf(session),
    query: async <Row>(text: string, values: unknown[]) =>
      (await runner.query(prepares ? runPrepared(plain(text, values)) : plain(text, values), "once"))
        .rows as Row[],
    queryUnprepared: async <Row>(text: string, values: unknown[]) =>
      (await runner.query(plain(text, values))).rows as Row[],
  };
}
