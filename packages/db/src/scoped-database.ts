import type { PGlite, QueryOptions, Transaction } from "@electric-sql/pglite";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Queryable } from "./client.ts";
import type { RunEmbeddedStatement } from "./embedded/embedded-statements.ts";
import type { ConnectionPool } from "./postgres/pool.ts";
import { countFrequentStatements } from "./postgres/prepare-frequent.ts";
import { drizzleDatabaseOf, queryableOf, runOnPool, runTransaction } from "./postgres/run-statements.ts";
import type { SessionStatement } from "./postgres/session.ts";
import { PLAN_SETTINGS, SET_SCOPE_AND_ROLE, type TenantScope } from "./row-level-security.ts";

/** The same database as one organisation's people see it: see `row-level-security.ts`. */
export type ScopedDatabase = (scope: TenantScope) => Queryable;

/** The organisation's narrow number, which never changes. */
export type OrganizationNumberLookup = (organizationId: string) => Promise<number>;

async function settings(
  { organizationId, userId }: TenantScope,
  numberOf: OrganizationNumberLookup,
): Promise<string[]> {
  return [organizationId, String(await numberOf(organizationId)), userId];
}

/** What begins every transaction of request code; `settings` where the session does not keep them. */
export function scopePrelude(values: string[], settings: string | null): SessionStatement {
  return settings === null
    ? { text: `select ${SET_SCOPE_AND_ROLE}`, values, name: "scope" }
    : { text: `select ${settings}, ${SET_SCOPE_AND_ROLE}`, values };
}

/** Every statement is a transaction that takes the role for itself, so it never runs without it. */
export function postgresScopedDatabase(
  pool: ConnectionPool,
  numberOf: OrganizationNumberLookup,
  sessionSettings: string | null,
): ScopedDatabase {
  return (scope) => {
    const prelude = async (plans = PLAN_SETTINGS.asItSees) =>
      scopePrelude([...(await settings(scope, numberOf)), plans], sessionSettings);
    return queryableOf(
      {
        query: async (config, plans) => runOnPool(pool, await prelude(plans && PLAN_SETTINGS[plans]), config),
        transaction: async (work) => runTransaction(pool, await prelude(), work),
      },
      sessionSettings === null,
    );
  };
}

const dialect = new PgDialect({ casing: "snake_case" });
const TAKE_SCOPE = `select ${SET_SCOPE_AND_ROLE}`;

/** PGlite has one session for all: it takes the role for one transaction at a time. */
export async function embeddedScopedDatabase(
  client: PGlite,
  run: RunEmbeddedStatement,
  numberOf: OrganizationNumberLookup,
): Promise<ScopedDatabase> {
  const { PgliteSession } = await import("drizzle-orm/pglite/session");
  const isFrequent = countFrequentStatements();
  return (scope) => {
    const transaction = async <Result>(
      work: (tx: Transaction) => Promise<Result>,
      plans = PLAN_SETTINGS.asItSees,
    ): Promise<Result> => {
      const told = [...(await settings(scope, numberOf)), plans];
      return client.transaction(async (tx) => {
        await run(TAKE_SCOPE, told);
        return work(tx);
      });
    };
    const scoped = {
      query: (text: string, parameters: unknown[], options: QueryOptions) =>
        transaction((tx) => (isFrequent(text) ? run : tx.query)(text, parameters, options)),
      transaction,
    };
    return {
      db: drizzleDatabaseOf(new PgliteSession(scoped as unknown as PGlite, dialect, undefined)),
      query: async <Row>(text: string, parameters: unknown[]) =>
        (await transaction(() => run<Row>(text, parameters), PLAN_SETTINGS.once)).rows,
      queryUnprepared: async <Row>(text: string, parameters: unknown[]) =>
        (await transaction((tx) => tx.query<Row>(text, parameters))).rows,
    };
  };
}
