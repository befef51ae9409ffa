import type { PGlite, QueryOptions, Transaction } from "@electric-sql/pglite";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Asking } from "./client.ts";
import type { RunEmbedded } from "./embedded-statements.ts";
import type { Pool } from "./pool.ts";
import { countFrequent } from "./prepare-frequent.ts";
import { PLANS, type Scope, SET_SCOPE_AND_ROLE } from "./row-level-security.ts";
import { askingOf, databaseOf, run, transact } from "./run-statements.ts";
import type { Statement } from "./session.ts";

/** The same database as one organisation's people see it: see `row-level-security.ts`. */
export type Within = (scope: Scope) => Asking;

/** The organisation's narrow number, which never changes. */
export type NumberOf = (organizationId: string) => Promise<number>;

async function settings({ organizationId, userId }: Scope, numberOf: NumberOf): Promise<string[]> {
  return [organizationId, String(await numberOf(organizationId)), userId];
}

/** What begins every transaction of request code; `settings` where the session does not keep them. */
export function scopePrelude(values: string[], settings: string | null): Statement {
  return settings === null
    ? { text: `select ${SET_SCOPE_AND_ROLE}`, values, name: "scope" }
    : { text: `select ${settings}, ${SET_SCOPE_AND_ROLE}`, values };
}

/** Every statement is a transaction that takes the role for itself, so it never runs without it. */
export function postgresWithin(pool: Pool, numberOf: NumberOf, sessionSettings: string | null): Within {
  return (scope) => {
    const prelude = async (plans = PLANS.asItSees) =>
      scopePrelude([...(await settings(scope, numberOf)), plans], sessionSettings);
    return askingOf(
      {
        query: async (config, plans) => run(pool, await prelude(plans && PLANS[plans]), config),
        transaction: async (work) => transact(pool, await prelude(), work),
      },
      sessionSettings === null,
    );
  };
}

const dialect = new PgDialect({ casing: "snake_case" });
const TAKE_SCOPE = `select ${SET_SCOPE_AND_ROLE}`;

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
      db: databaseOf(new PgliteSession(scoped as unknown as PGlite, dialect, undefined)),
      query: async <Row>(text: string, parameters: unknown[]) =>
        (await transaction(() => run<Row>(text, parameters), PLANS.once)).rows,
      queryUnprepared: async <Row>(text: string, parameters: unknown[]) =>
        (await transaction((tx) => tx.query<Row>(text, parameters))).rows,
    };
  };
}
