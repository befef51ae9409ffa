import type { PGlite, QueryOptions, Transaction } from "@electric-sql/pglite";
import { PgDatabase, PgDialect, type PgSession } from "drizzle-orm/pg-core";
import { PostgresJsSession } from "drizzle-orm/postgres-js/session";
import type postgres from "postgres";
import type { Asking, Database } from "./client.ts";
import type { RunEmbedded } from "./embedded-statements.ts";
import type { Lines } from "./lines.ts";
import { countFrequent } from "./prepare-frequent.ts";
import { PLANS, type Scope, TAKE_ROLE, TELL_SCOPE } from "./wall.ts";

/** The same database as one organisation's people see it: see `wall.ts`. */
export type Within = (scope: Scope) => Asking;

/** The organisation's narrow number, which never changes. */
export type NumberOf = (organizationId: string) => Promise<number>;

const dialect = new PgDialect({ casing: "snake_case" });

function databaseOf(session: unknown): Database {
  return new PgDatabase(dialect, session as PgSession, undefined) as unknown as Database;
}

async function settings({ organizationId, userId }: Scope, numberOf: NumberOf): Promise<string[]> {
  return [organizationId, String(await numberOf(organizationId)), userId];
}

/**
 * Each line is a client with one connection, which has the role. A query follows what tells for whom it is on the same
 * connection, and nobody else's comes between; one that nothing was told for is refused (`policies.ts`).
 */
export function postgresWithin(lines: Lines<{ client: postgres.Sql }>, numberOf: NumberOf): Within {
  const isFrequent = countFrequent();
  return (scope) => {
    const run = async (
      text: string,
      parameters: unknown[],
      {
        prepare,
        plans = PLANS.asItSees,
        asArrays = false,
      }: { prepare: boolean; plans?: string; asArrays?: boolean },
    ) => {
      const told = [...(await settings(scope, numberOf)), plans];
      return lines.use(async ({ client }) => {
        const tell = client.unsafe(TELL_SCOPE, told, { prepare: true });
        const query = client.unsafe(text, parameters as never[], { prepare });
        // Both are on their way before either is answered.
        const [telling, answering] = await Promise.allSettled([tell, asArrays ? query.values() : query]);
        if (telling.status === "rejected") throw telling.reason;
        if (answering.status === "rejected") throw answering.reason;
        return answering.value as unknown;
      });
    };
    /** What drizzle uses of a client of postgres.js: a query is sent when it is waited for. */
    const scoped = {
      unsafe: (text: string, parameters: unknown[] = []) => ({
        // biome-ignore lint/suspicious/noThenProperty: as the library's own queries.
        then: (...hooks: Parameters<Promise<unknown>["then"]>) =>
          run(text, parameters, { prepare: isFrequent(text) }).then(...hooks),
        values: () => run(text, parameters, { prepare: isFrequent(text), asArrays: true }),
      }),
      begin: async (work: (tx: postgres.TransactionSql) => Promise<unknown>) => {
        const told = [...(await settings(scope, numberOf)), PLANS.asItSees];
        return lines.use(({ client }) =>
          client.begin(async (tx) => {
            await tx.unsafe(TELL_SCOPE, told, { prepare: true });
            return work(tx);
          }),
        );
      },
    };
    return {
      db: databaseOf(new PostgresJsSession(scoped as unknown as postgres.Sql, dialect, undefined)),
      query: <Row>(text: string, parameters: unknown[]) =>
        run(text, parameters, { prepare: true, plans: PLANS.once }) as Promise<Row[]>,
      queryAnew: <Row>(text: string, parameters: unknown[]) =>
        run(text, parameters, { prepare: false }) as Promise<Row[]>,
    };
  };
}

/** PGlite has one session for all: it takes the role for one transaction at a time. */
export async function embeddedWithin(client: PGlite, run: RunEmbedded, numberOf: NumberOf): Promise<Within> {
  const { PgliteSession } = await import("drizzle-orm/pglite/session");
  const isFrequent = countFrequent();
  return (scope) => {
    const transaction = async <Result>(
      work: (tx: Transaction) => Promise<Result>,
      plans = PLANS.asItSees,
    ): Promise<Result> => {
      const told = [...(await settings(scope, numberOf)), plans];
      return client.transaction(async (tx) => {
        await run(TAKE_ROLE, told);
        return work(tx);
      });
    };
    const scoped = {
      query: (text: string, parameters: unknown[], options: QueryOptions) =>
        transaction((tx) => (isFrequent(text) ? run : tx.query)(text, parameters, options)),
      transaction,
    };
    return {
      db: databaseOf(new PgliteSession(scoped as unknown as PGlite, dialect, undefined)),
      query: async <Row>(text: string, parameters: unknown[]) =>
        (await transaction(() => run<Row>(text, parameters), PLANS.once)).rows,
      queryAnew: async <Row>(text: string, parameters: unknown[]) =>
        (await transaction((tx) => tx.query<Row>(text, parameters))).rows,
    };
  };
}
