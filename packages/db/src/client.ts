import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PGlite } from "@electric-sql/pglite";
import { type SQL, sql } from "drizzle-orm";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle as drizzlePostgres } from "drizzle-orm/postgres-js";
import { migrate as migratePostgres } from "drizzle-orm/postgres-js/migrator";
import type postgres from "postgres";
import { connectPostgres } from "./connect-postgres.ts";
import { prepareEmbedded, runFrequent } from "./embedded-statements.ts";
import { openHotLine } from "./hot-line.ts";
import { createLines } from "./lines.ts";
import { prepareFrequent } from "./prepare-frequent.ts";
import * as mission from "./schema.ts";
import * as inbox from "./schema-inbox.ts";
import * as media from "./schema-media.ts";
import * as notes from "./schema-notes.ts";
import * as people from "./schema-people.ts";
import * as sharedKeys from "./schema-shared-keys.ts";
import { createSockets } from "./sockets.ts";
import { DESK_ROLE, PLANS, prepareRole } from "./wall.ts";
import { embeddedWithin, type NumberOf, postgresWithin, type Within } from "./within.ts";

const schema = { ...mission, ...people, ...inbox, ...media, ...notes, ...sharedKeys };
export const migrationsFolder = fileURLToPath(new URL("./migrations", import.meta.url));

/** Postgres and PGlite behind one type; a transaction has it too. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

/** The ways to ask the database something. */
export interface Asking {
  db: Database;
  /**
   * One statement with `$1…` parameters (arrays allowed), prepared, outside drizzle: for what comes so often that planning it
   * each time would cost more than running it.
   */
  query<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
  /** The same, planned each time: where the best plan depends on the values. */
  queryAnew<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
}

export interface Store extends Asking {
  kind: "postgres" | "embedded";
  /**
   * The same database with nothing in it but one organisation's rows, whatever is asked. Until `raiseWall` has said that it
   * stands, this is the whole database.
   */
  within: Within;
  /** Puts up that wall, once the tables are there; answers why it cannot, or null. */
  raiseWall(): Promise<string | null>;
  /** The same by a connection of its own, which nothing else can keep busy: for storing webhooks, one at a time. */
  hotQuery<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
  /**
   * The same by a connection opened for it, where it may take as long as it takes: for what moves whole tables. All others are
   * ended after ten seconds.
   */
  unhurried<Row>(text: string, parameters: unknown[]): Promise<Row[]>;
  /** What the driver is given or gives, for a library that brings its own way in (the job queue). */
  native: { kind: "postgres"; url: string } | { kind: "embedded"; client: PGlite };
  migrate(): Promise<void>;
  /** The names of the migrations that this database still lacks. */
  pendingMigrations(): Promise<string[]>;
  close(): Promise<void>;
}

/** Any number; the same in every process, so that two starters migrate one after the other. */
const MIGRATION_LOCK = 7_205_759;

const POOL = 10;
/** For what people and programs ask: see `wall.ts`. */
const DESK_POOL = 8;
const REOPEN_MS = 1_000;
/** How often every connection is tried. */
const PROBE_MS = 10_000;
/** The server ends every statement after 10 s, and says so: later than this there is nobody. */
const STATEMENT_MS = 10_000;
const ANSWER_MS = 12_000;

/**
 * All connections are opened ahead of need, and again when lost: later there may be none left to have. They are tried from
 * time to time, and those that only look open are cut.
 */
async function openPool(url: string, size: number, connection: Record<string, string> = {}) {
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;
  const sockets = createSockets();
  const client = connectPostgres(url, {
    ...({ socket: sockets.make } as object),
    max: size,
    onclose: () => warmSoon(),
    connect_timeout: 10,
    idle_timeout: 0,
    max_lifetime: null,
    // Its own way doubles the pause up to 20 s: so long would a database that is back stay unused.
    backoff: () => 0.25,
    connection: {
      application_name: "waystation",
      statement_timeout: STATEMENT_MS,
      // A server that hangs in the middle of a transaction must not keep its locks from the others.
      idle_in_transaction_session_timeout: 15_000,
      ...connection,
    },
  });
  try {
    await client`select 1`;
  } catch (error) {
    isClosed = true;
    await client.end({ timeout: 0 });
    throw error;
  }
  function warmSoon(milliseconds = REOPEN_MS): void {
    if (isClosed || (timer && milliseconds > REOPEN_MS)) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(async () => {
      timer = null;
      const cutSilent = sockets.listen();
      const alarm = setTimeout(cutSilent, ANSWER_MS).unref();
      const probes = await Promise.allSettled(Array.from({ length: size }, () => client`select 1`));
      clearTimeout(alarm);
      warmSoon(probes.some(({ status }) => status === "rejected") ? REOPEN_MS : PROBE_MS);
    }, milliseconds).unref();
  }
  warmSoon();
  return {
    client,
    close: async () => {
      isClosed = true;
      if (timer) clearTimeout(timer);
      await client.end({ timeout: 5 });
    },
  };
}

export async function openPostgres(url: string): Promise<Store> {
  const pool = await openPool(url, POOL);
  const { client } = pool;
  const hotLine = openHotLine(url);
  const db = drizzlePostgres(prepareFrequent(client), { schema, casing: "snake_case" });
  const own: Asking = {
    db,
    query: async <Row>(text: string, parameters: unknown[]) =>
      (await client.unsafe(text, parameters as never[], { prepare: true })) as unknown as Row[],
    queryAnew: async <Row>(text: string, parameters: unknown[]) =>
      (await client.unsafe(text, parameters as never[], { prepare: false })) as unknown as Row[],
  };
  const desk = createLines(async () => {
    const line = await openPool(url, 1, { role: DESK_ROLE });
    // The library's own reading of times, as drizzle wants it switched off.
    Object.assign(line.client.options.parsers, client.options.parsers);
    Object.assign(line.client.options.serializers, client.options.serializers);
    return line;
  }, DESK_POOL);
  let within: Within = () => own;
  return {
    ...own,
    kind: "postgres",
    native: { kind: "postgres", url },
    within: (scope) => within(scope),
    raiseWall: async () => {
      await refuseWhereHidden(own.query);
      try {
        await withOwnLock(url, (locked) =>
          locked.begin((tx) =>
            prepareRole(
              async <Row>(text: string, parameters: unknown[]) =>
                (await tx.unsafe(text, parameters as never[])) as unknown as Row[],
            ),
          ),
        );
        await desk.use(async () => {});
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      // Where the database has no room for all, those that there are must do.
      desk.openAll().catch(() => {});
      within = postgresWithin(desk, rememberNumbers(own.query));
      return null;
    },
    pendingMigrations: () => pendingMigrations(db),
    hotQuery: hotLine.query,
    unhurried: async <Row>(text: string, parameters: unknown[]) => {
      const own = connectPostgres(url, { max: 1 });
      try {
        return (await own.unsafe(text, parameters as never[])) as unknown as Row[];
      } finally {
        await own.end();
      }
    },
    migrate: () =>
      withOwnLock(url, (locked) => migratePostgres(drizzlePostgres(locked), { migrationsFolder })),
    close: async () => {
      await Promise.all([pool.close(), desk.close(), hotLine.close()]);
    },
  };
}

/** What only one server at a time does to the tables. */
async function withOwnLock(url: string, work: (client: postgres.Sql) => Promise<unknown>): Promise<void> {
  const own = connectPostgres(url, { max: 1 });
  try {
    await own`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await work(own);
  } finally {
    await own.end();
  }
}

/** Whoever is neither the owner of the tables nor above their rules would store webhooks and see none of them. */
async function refuseWhereHidden(query: Asking["query"]): Promise<void> {
  const [row] = await query<{ hidden: boolean }>("select row_security_active('messages') as hidden", []);
  if (row?.hidden)
    throw new Error("This database user does not own the tables. Connect as the one that made them");
}

/** An organisation's number, asked for once. */
function rememberNumbers(query: Asking["query"]): NumberOf {
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
export async function openEmbedded(directory: string): Promise<Store> {
  return embeddedStore(await createEmbedded(directory));
}

/** A PGlite as this product uses it; `dump` is what a new one begins with. */
export async function createEmbedded(directory: string, dump?: Blob): Promise<PGlite> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { btree_gin } = await import("@electric-sql/pglite/contrib/btree_gin");
  const { pg_trgm } = await import("@electric-sql/pglite/contrib/pg_trgm");
  return PGlite.create(directory, { loadDataDir: dump, extensions: { btree_gin, pg_trgm } });
}

const PLAN = "select set_config('plan_cache_mode', $1, true)";

export async function embeddedStore(client: PGlite): Promise<Store> {
  const { drizzle } = await import("drizzle-orm/pglite");
  const { migrate } = await import("drizzle-orm/pglite/migrator");
  const run = await prepareEmbedded(client);
  const db = drizzle(runFrequent(client, run), { schema, casing: "snake_case" });
  const queryAnew = async <Row>(text: string, parameters: unknown[]) =>
    (await client.query<Row>(text, parameters)).rows;
  const planned =
    (plans: string) =>
    <Row>(text: string, parameters: unknown[]) =>
      client.transaction(async () => {
        await run(PLAN, [plans]);
        return (await run<Row>(text, parameters)).rows;
      });
  const own: Asking = { db, query: planned(PLANS.asItSees), queryAnew };
  let within: Within = () => own;
  return {
    ...own,
    kind: "embedded",
    native: { kind: "embedded", client },
    within: (scope) => within(scope),
    raiseWall: async () => {
      await prepareRole(queryAnew);
      // With statements of its own: none is ever planned for one role and run by another.
      within = await embeddedWithin(client, await prepareEmbedded(client), rememberNumbers(own.query));
      return null;
    },
    pendingMigrations: () => pendingMigrations(db),
    hotQuery: planned(PLANS.once),
    unhurried: queryAnew,
    migrate: () => migrate(db, { migrationsFolder }),
    close: () => client.close(),
  };
}

async function pendingMigrations(db: Database): Promise<string[]> {
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
  // postgres.js answers the rows themselves, PGlite an object around them.
  const result = (await db.execute(statement)) as unknown;
  return (Array.isArray(result) ? result : (result as { rows: [] }).rows) as Record<string, unknown>[];
}
