import { getTableName, is } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { PgTable } from "drizzle-orm/pg-core";
import {
  cacheOrganizationNumbers,
  databaseSchema,
  migrationsFolder,
  type OpenedDatabase,
  pendingMigrations,
  type Queryable,
} from "../client.ts";
import {
  checkRowSecurity,
  EMPTY_SCOPE,
  prepareTenantRole,
  ROW_SECURITY_QUERY,
  type RowSecurityState,
  TENANT_GRANTS,
} from "../row-level-security.ts";
import { postgresScopedDatabase, type ScopedDatabase, scopePrelude } from "../scoped-database.ts";
import { type DatabaseConnection, openConnection } from "./connection.ts";
import { createConnectionPool, DatabaseUnavailableError } from "./pool.ts";
import { checkDatabaseRequirements } from "./requirements.ts";
import {
  drizzleOn,
  queryableOf,
  runOnPool,
  runPrepared,
  runTransaction,
  runTransactionOn,
} from "./run-statements.ts";
import {
  DEFAULT_TIMEOUTS,
  formatSettings,
  NO_TIMEOUTS,
  type SessionOptions,
  type SessionStatement,
} from "./session.ts";

/** Any number; the same in every process, so that two starters migrate one after the other. */
const MIGRATION_LOCK = 7_205_759;

/**
 * With those of `pg-notify.ts`, and two that migrations and partitions open for themselves, no more than the 20 of PgBouncer's
 * `default_pool_size`.
 */
const OWN = 6;
const REQUESTS = 8;
const JOBS = 2;
const CONNECT_MS = 10_000;
/** Longer than the server's limit for a statement, after which it says so. */
const RESPONSE_MS = 12_000;

/** The ingest connection's limits: Twilio waits 15 s for the answer to a webhook. */
const INGEST = { statementTimeout: "7500ms", connectMs: 3_000, responseMs: 8_000 } as const;
/** The job queue's: its housekeeping goes through all jobs. */
const JOB_QUEUE = { statementTimeout: "1min", responseMs: 65_000 } as const;

/**
 * A Postgres; throws where it cannot be relied on. With `directUrl`, `url` may lead through a pooler that pools by transaction:
 * then nothing is kept on those connections, and what needs a session (LISTEN, locks, migrations, storing webhooks) goes the
 * direct way.
 */
export async function openPostgresDatabase(
  url: string,
  directUrl: string | null = null,
): Promise<OpenedDatabase> {
  const tables = Object.values(databaseSchema).flatMap((one) =>
    is(one, PgTable) ? [getTableName(one)] : [],
  );
  const { searchPath, warnings } = await checkDatabaseRequirements({ url, directUrl, tables });
  const hasSessions = directUrl === null;
  const direct = directUrl ?? url;
  const limited: SessionOptions = { ...DEFAULT_TIMEOUTS, searchPath };
  const settings = hasSessions ? null : formatSettings(limited, "transaction");
  const prelude: SessionStatement | null = settings === null ? null : { text: `select ${settings}` };
  const pooled = (session: SessionOptions, responseMs: number) => () =>
    openConnection({
      url,
      applicationName: "waystation",
      session: hasSessions ? session : null,
      connectMs: CONNECT_MS,
      responseMs,
    });
  const openUnlimited = () =>
    openConnection({
      url: direct,
      applicationName: "waystation",
      session: { ...NO_TIMEOUTS, searchPath },
      connectMs: CONNECT_MS,
      responseMs: 0,
    });

  const pool = createConnectionPool({
    name: "background work",
    size: OWN,
    open: pooled(limited, RESPONSE_MS),
  });
  const ingest = createConnectionPool({
    name: "storing webhooks",
    size: 1,
    open: () =>
      openConnection({
        url: direct,
        applicationName: "waystation ingest",
        session: {
          ...limited,
          statementTimeout: INGEST.statementTimeout,
          // Its statements are few and long: planning one anew takes three times as long as running it.
          planCacheMode: "force_generic_plan",
        },
        connectMs: INGEST.connectMs,
        responseMs: INGEST.responseMs,
      }),
  });
  const jobs = createConnectionPool({
    name: "the job queue",
    size: JOBS,
    open: pooled({ ...limited, statementTimeout: JOB_QUEUE.statementTimeout }, JOB_QUEUE.responseMs),
  });
  const verifyRowSecurity = async (connection: DatabaseConnection) => {
    const { rows } = await runTransactionOn(connection, scopePrelude(EMPTY_SCOPE, settings), () =>
      connection.query<RowSecurityState>({ text: ROW_SECURITY_QUERY, values: [Object.keys(TENANT_GRANTS)] }),
    );
    checkRowSecurity(rows[0]);
  };
  let requests: ReturnType<typeof createConnectionPool> | null = null;
  let within: ScopedDatabase = () => {
    throw new Error("Row-level security has not been set up");
  };

  const own: Queryable = queryableOf(
    {
      query: (config) => runOnPool(pool, prelude, config),
      transaction: (work) => runTransaction(pool, prelude, work),
    },
    hasSessions,
  );
  const pools = () => [ingest, ...(requests ? [requests] : []), pool, jobs];
  const close = async () => {
    await Promise.all(pools().map((one) => one.close()));
  };
  try {
    await pool.use(async () => {});
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...own,
    kind: "postgres",
    warnings,
    native: {
      kind: "postgres",
      directUrl: direct,
      searchPath,
      // Without parameters it may be several statements, which begin and end a transaction by themselves.
      executeSql: (text, values) => {
        const config = { text, values };
        return values?.length
          ? runOnPool(jobs, prelude, config)
          : jobs.use((connection) => connection.query(config));
      },
    },
    within: (scope) => within(scope),
    enableRowLevelSecurity: async () => {
      await withOwnLock(openUnlimited, (connection) =>
        runTransactionOn(connection, null, () =>
          prepareTenantRole(
            async <Row>(text: string, values: unknown[]) =>
              (await connection.query({ text, values })).rows as Row[],
          ),
        ),
      );
      const scoped =
        requests ??
        createConnectionPool({
          name: "requests",
          size: REQUESTS,
          open: pooled(limited, RESPONSE_MS),
          verify: verifyRowSecurity,
        });
      try {
        await scoped.use(verifyRowSecurity);
      } catch (error) {
        if (!requests) await scoped.close();
        throw error instanceof DatabaseUnavailableError ? (error.cause ?? error) : error;
      }
      requests = scoped;
      within = postgresScopedDatabase(scoped, cacheOrganizationNumbers(own.query), settings);
    },
    pendingMigrations: () => pendingMigrations(own.db),
    ingestQuery: async <Row>(text: string, values: unknown[]) =>
      (await ingest.use((connection) => connection.query(runPrepared({ text, values })))).rows as Row[],
    queryWithoutTimeout: async <Row>(text: string, values: unknown[]) => {
      const connection = await openUnlimited();
      try {
        return (await connection.query({ text, values })).rows as Row[];
      } finally {
        await connection.close();
      }
    },
    migrate: () =>
      withOwnLock(openUnlimited, (connection) =>
        migrate(drizzleOn(connection) as unknown as NodePgDatabase, { migrationsFolder }),
      ),
    check: async (milliseconds) => {
      for (const problem of await Promise.all(pools().map((one) => one.check(milliseconds))))
        if (problem !== null) return problem;
      return null;
    },
    close,
  };
}

/** What only one server at a time does to the tables. */
async function withOwnLock(
  open: () => Promise<DatabaseConnection>,
  work: (connection: DatabaseConnection) => Promise<unknown>,
): Promise<void> {
  const connection = await open();
  try {
    await connection.query({ text: `select pg_advisory_lock(${MIGRATION_LOCK})` });
    await work(connection);
  } finally {
    await connection.close();
  }
}
