import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PGlite } from "@electric-sql/pglite";
import { type SQL, sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { prepareEmbeddedStatements, runFrequentStatement } from "./embedded/embedded-statements.ts";
import { SessionSetupError } from "./postgres/session.ts";
import {
  checkRowSecurity,
  EMPTY_SCOPE,
  PLAN_SETTINGS,
  prepareTenantRole,
  ROW_SECURITY_QUERY,
  type RowSecurityState,
  SET_SCOPE_AND_ROLE,
  TENANT_GRANTS,
} from "./row-level-security.ts";
import * as people from "./schema/identity.ts";
import * as inbox from "./schema/inbox.ts";
import * as media from "./schema/media.ts";
import * as notes from "./schema/notes.ts";
import * as mission from "./schema/schema.ts";
import * as sharedKeys from "./schema/shared-keys.ts";
import {
  embeddedScopedDatabase,
  type OrganizationNumberLookup,
  type ScopedDatabase,
} from "./scoped-database.ts";

export const databaseSchema = { ...mission, ...people, ...inbox, ...media, ...notes, ...sharedKeys };
export const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/** Postgres and PGlite behind one type; a transaction has it too. */
export type Database = PgDatabase<PgQueryResultHKT, typeof databaseSchema>;

/** The ways to ask the database something. */
export interface Queryable {
  db: Database;
  /**
   * One statement with `$1…` parameters (arrays allowed), prepared, outside drizzle: for what comes so often that planning it
   * each time would cost more than running it.
   */
  query<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
  /** The same, planned each time: where the best plan depends on the values. */
  queryUnprepared<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
}

export interface OpenedDatabase extends Queryable {
  kind: "postgres" | "embedded";
  /** What deserves a line in the log when the server starts. */
  warnings: string[];
  /** The same database with nothing in it but one organisation's rows, whatever is asked. Throws before `enableRowLevelSecurity`. */
  within: ScopedDatabase;
  /** Sets row-level security up, once the tables are there, and verifies that it holds. Throws where it does not. */
  enableRowLevelSecurity(): Promise<void>;
  /** The same by a connection of its own, which nothing else can keep busy: for storing webhooks, one at a time. */
  ingestQuery<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
  /**
   * The same by a connection opened for it, where it may take as long as it takes: for what moves whole tables. All others are
   * ended after ten seconds.
   */
  queryWithoutTimeout<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
  /** What the driver is given or gives, for a library that brings its own way in (the job queue). */
  native:
    | {
        kind: "postgres";
        /** Leads to the database without a pooler, or through one that pools by session. */
        directUrl: string;
        searchPath: string;
        executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
      }
    | { kind: "embedded"; client: PGlite };
  migrate(): Promise<void>;
  /** The names of the migrations that this database still lacks. */
  pendingMigrations(): Promise<string[]>;
  /** Why it cannot do its work at the moment, as a sentence that anybody may read; null when every kind of connection works. */
  check(milliseconds: number): Promise<string | null>;
  close(): Promise<void>;
}

/** An organisation's number, asked for once. */
export function cacheOrganizationNumbers(query: Queryable["query"]): OrganizationNumberLookup {
  const known = new Map<string, number>();
  return async (organizationId) => {
    const remembered = known.get(organizationId);
    if (remembered !== undefined) return remembered;
    const [row] = await query<{ no: number }>("select no from organizations where id = $1::uuid", [
      organizationId,
    ]);
    if (!row) throw new Error("There is no such organisation");
    known.set(organizationId, row.no);
    return row.no;
  };
}

/** The embedded database in `directory`; the caller holds the lock on it. */
export async function openEmbeddedDatabase(directory: string): Promise<OpenedDatabase> {
  return wrapEmbedded(await createEmbeddedDatabase(directory));
}

/** A PGlite as this product uses it; `dump` is what a new one begins with. */
export async function createEmbeddedDatabase(directory: string, dump?: Blob): Promise<PGlite> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { btree_gin } = await import("@electric-sql/pglite/contrib/btree_gin");
  const { pg_trgm } = await import("@electric-sql/pglite/contrib/pg_trgm");
  return PGlite.create(directory, { loadDataDir: dump, extensions: { btree_gin, pg_trgm } });
}

const PLAN = "select set_config('plan_cache_mode', $1, true)";

export async function wrapEmbedded(client: PGlite): Promise<OpenedDatabase> {
  const { drizzle } = await import("drizzle-orm/pglite");
  const { migrate } = await import("drizzle-orm/pglite/migrator");
  const run = await prepareEmbeddedStatements(client);
  const db = drizzle(runFrequentStatement(client, run), { schema: databaseSchema, casing: "snake_case" });
  const queryUnprepared = async <Row>(text: string, parameters: unknown[]) =>
    (await client.query<Row>(text, parameters)).rows;
  const planned =
    (plans: string) =>
    <Row>(text: string, parameters: unknown[]) =>
      client.transaction(async () => {
        await run(PLAN, [plans]);
        return (await run<Row>(text, parameters)).rows;
      });
  const own: Queryable = { db, query: planned(PLAN_SETTINGS.asItSees), queryUnprepared };
  let within: ScopedDatabase = () => {
    throw new Error("Row-level security has not been set up");
  };
  const verifyRowSecurity = async () => {
    const { rows } = await client.transaction(async (tx) => {
      await tx.query(`select ${SET_SCOPE_AND_ROLE}`, EMPTY_SCOPE);
      return tx.query<RowSecurityState>(ROW_SECURITY_QUERY, [Object.keys(TENANT_GRANTS)]);
    });
    checkRowSecurity(rows[0]);
  };
  return {
    ...own,
    kind: "embedded",
    warnings: [],
    native: { kind: "embedded", client },
    within: (scope) => within(scope),
    enableRowLevelSecurity: async () => {
      await prepareTenantRole(queryUnprepared);
      await verifyRowSecurity();
      // With statements of its own: none is ever planned for one role and run by another.
      within = await embeddedScopedDatabase(
        client,
        await prepareEmbeddedStatements(client),
        cacheOrganizationNumbers(own.query),
      );
    },
    pendingMigrations: () => pendingMigrations(db),
    ingestQuery: planned(PLAN_SETTINGS.once),
    queryWithoutTimeout: queryUnprepared,
    migrate: () => migrate(db, { migrationsFolder }),
    check: (milliseconds) => checkEmbedded(verifyRowSecurity, milliseconds),
    close: () => client.close(),
  };
}

async function checkEmbedded(verify: () => Promise<void>, milliseconds: number): Promise<string | null> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(late.resolve, milliseconds, "The embedded database does not answer");
  try {
    return await Promise.race([verify().then(() => null), late.promise]);
  } catch (error) {
    return error instanceof SessionSetupError ? error.message : "The embedded database failed";
  } finally {
    clearTimeout(timer);
  }
}

export async function pendingMigrations(db: Database): Promise<string[]> {
  const journal = JSON.parse(await readFile(join(migrationsFolder, "meta", "_journal.json"), "utf8")) as {
    entries: { tag: string; when: number }[];
  };
  // Drizzle applies what is younger than the youngest applied one, and so does this.
  const [made] = await rowsOf(
    db,
    sql`select to_regclass('drizzle.__drizzle_migrations') is not null as done`,
  );
  const [last] = made?.done
    ? await rowsOf(db, sql`select max(created_at)::text as done from drizzle.__drizzle_migrations`)
    : [];
  const youngest = Number(last?.done ?? 0);
  return journal.entries.filter(({ when }) => when > youngest).map(({ tag }) => tag);
}

async function rowsOf(db: Database, statement: SQL): Promise<Record<string, unknown>[]> {
  return ((await db.execute(statement)) as unknown as { rows: Record<string, unknown>[] }).rows;
}
