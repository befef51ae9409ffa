import { type DatabaseConnection, openConnection } from "./connection.ts";
import { DEFAULT_TIMEOUTS, DIRECT_URL_HINT, type SessionOptions, SessionSetupError } from "./session.ts";

/** Why this database cannot be used, as a sentence that says what to do. */
export class DatabaseRequirementError extends Error {
  override name = "RequirementError";
}

/** The database cannot be reached by DATABASE_DIRECT_URL; `cause` says why. */
export class DirectUrlError extends Error {
  override name = "DirectUrlError";
}

const OLDEST = 15;
const EXTENSIONS = ["btree_gin", "pg_trgm"];
const CONNECT_MS = 10_000;

interface Facts {
  user: string;
  database: string;
  version: number;
  encoding: string;
  instance: string;
  isMigrated: boolean;
  canCreateSchema: boolean;
  /** Null where there is no schema `public`. */
  canCreateTable: boolean | null;
  foreign: string[];
  missing: string[];
  unavailable: string[];
  extensionSchemas: string[];
  collation: string | null;
}

interface Where {
  url: string;
  directUrl: string | null;
  /** The tables that migrations make: where one is there without them, it is another program's. */
  tables: string[];
}

interface DatabaseFacts {
  /** For every session: `public`, and where the extensions are. */
  searchPath: string;
  /** What deserves a line in the log, but is no reason to refuse. */
  warnings: string[];
}

/**
 * Checks, before anything is written, what cannot be set on a connection (docs/operations.md lists all of it). Throws a
 * RequirementError or SessionError with the cure. With a direct URL, both have to lead to the same database.
 */
export async function checkDatabaseRequirements({ url, directUrl, tables }: Where): Promise<DatabaseFacts> {
  const session: SessionOptions = { ...DEFAULT_TIMEOUTS, searchPath: "public" };
  await using undo = new AsyncDisposableStack();
  const open = async (at: string, session: SessionOptions | null): Promise<DatabaseConnection> => {
    const connection = await openConnection({
      url: at,
      applicationName: "waystation",
      session,
      connectMs: CONNECT_MS,
      responseMs: CONNECT_MS,
    });
    undo.defer(() => connection.close());
    return connection;
  };
  const direct = await (directUrl
    ? open(directUrl, session).catch((cause) => {
        throw new DirectUrlError("DATABASE_DIRECT_URL cannot be used", { cause });
      })
    : open(url, session));
  // A pooler that pools by transaction gives the first one's session to the second.
  await open(directUrl ?? url, session);
  await direct.verify().catch((error) => {
    if (!directUrl || !(error instanceof SessionSetupError)) throw error;
    throw new DatabaseRequirementError(
      "DATABASE_DIRECT_URL leads through a pooler that pools by transaction or statement. Set it to an address of the database itself.",
    );
  });
  const facts = await readFacts(direct, tables);
  if (directUrl) {
    const pooled = await readInstance(await open(url, null));
    if (pooled !== facts.instance)
      throw new DatabaseRequirementError(
        "DATABASE_URL and DATABASE_DIRECT_URL lead to different databases. Set both to the same one.",
      );
  }
  refuse(facts);
  const schemas = ["public", ...facts.extensionSchemas.filter((schema) => schema !== "public")];
  return { searchPath: schemas.map(quoted).join(", "), warnings: warningsOf(facts) };
}

function refuse(facts: Facts): void {
  const { user, database, version, encoding } = facts;
  if (encoding !== "UTF8")
    throw new DatabaseRequirementError(
      `The database ${database} has the encoding ${encoding}, which cannot hold every message. Make one with UTF8 (createdb -E UTF8 -T template0 ${database}_utf8), and set DATABASE_URL to it.`,
    );
  if (version < OLDEST * 10_000)
    throw new DatabaseRequirementError(
      `This is Postgres ${Math.floor(version / 10_000)}, and Waystation needs ${OLDEST} or newer. Update it.`,
    );
  if (facts.canCreateTable === null)
    throw new DatabaseRequirementError(
      "The database has no schema public. Let its owner run: create schema public.",
    );
  if (facts.unavailable.length > 0)
    throw new DatabaseRequirementError(
      `This Postgres does not have the extension ${facts.unavailable.join(" and ")}. Install the package of its additional modules (postgresql-contrib), or allow the extension at your provider.`,
    );
  if (facts.foreign.length > 0)
    throw new DatabaseRequirementError(
      `The database ${database} holds tables of another program (${facts.foreign.join(", ")}). Make one for Waystation alone, and set DATABASE_URL to it.`,
    );
  if (!facts.canCreateSchema && (!facts.isMigrated || facts.missing.length > 0))
    throw new DatabaseRequirementError(
      `The user ${user} may not create schemas and extensions in ${database}. Let the database's owner run: grant create on database ${quoted(database)} to ${quoted(user)}.`,
    );
  if (!facts.canCreateTable)
    throw new DatabaseRequirementError(
      `The user ${user} may not create tables in ${database}. Let the database's owner run: grant create on schema public to ${quoted(user)}.`,
    );
}

function warningsOf({ database, collation }: Facts): string[] {
  return collation
    ? [
        `The sort order of the operating system has changed since the database was made (${collation}), so its indexes may be wrong. Run: reindex database ${quoted(database)}; alter database ${quoted(database)} refresh collation version.`,
      ]
    : [];
}

const INSTANCE =
  "(select oid from pg_database where datname = current_database()) || ' ' || pg_postmaster_start_time()::timestamptz(3)::text || ' ' || current_database()";

async function readInstance(connection: DatabaseConnection): Promise<string> {
  const [, , read] = await connection.pipeline([
    { text: "begin" },
    { text: "select set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true)" },
    { text: `select ${INSTANCE} as instance` },
    { text: "commit" },
  ]);
  return String(read?.rows[0]?.instance);
}

async function readFacts(connection: DatabaseConnection, tables: string[]): Promise<Facts> {
  const { rows } = await connection.query<Facts>({
    text: `select current_user::text as user, current_database()::text as database, ${INSTANCE} as instance,
      current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding,
      to_regclass('drizzle.__drizzle_migrations') is not null as "isMigrated",
      has_database_privilege(current_database(), 'create') as "canCreateSchema",
      has_schema_privilege(to_regnamespace('public')::oid, 'create') as "canCreateTable",
      array(select relname::text from pg_class where relnamespace = to_regnamespace('public') and relkind in ('r', 'p', 'f', 'v', 'm')
        and relname = any ($1::text[]) and to_regclass('drizzle.__drizzle_migrations') is null order by 1) as foreign,
      array(select name::text from unnest($2::text[]) name where name not in (select extname from pg_extension)) as missing,
      array(select name::text from unnest($2::text[]) name where name not in (select extname from pg_extension)
        and name not in (select name from pg_available_extensions)) as unavailable,
      array(select distinct nspname::text from pg_extension join pg_namespace n on n.oid = extnamespace
        where extname = any ($2::text[]) order by 1) as "extensionSchemas",
      (select datcollversion || ', now ' || pg_database_collation_actual_version(oid) from pg_database
        where datname = current_database() and datcollversion <> pg_database_collation_actual_version(oid)) as collation`,
    values: [tables, EXTENSIONS],
  });
  const [facts] = rows;
  if (!facts) throw new DatabaseRequirementError(`The database does not say what it is. ${DIRECT_URL_HINT}.`);
  return facts;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
