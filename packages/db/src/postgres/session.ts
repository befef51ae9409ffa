import pg from "pg";

/**
 * What the product's statements and the driver's parsers rely on. `ALTER DATABASE … SET`, `ALTER ROLE … SET` and the server's
 * configuration may say otherwise. These are sent as statements: a pooler rejects, drops or forgets startup parameters.
 * The texts are those that `current_setting` answers.
 */
const SETTINGS = {
  client_encoding: "UTF8",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
  standard_conforming_strings: "on",
  array_nulls: "on",
  transform_null_equals: "off",
  gin_fuzzy_search_limit: "0",
  row_security: "on",
  default_transaction_isolation: "read committed",
  default_transaction_read_only: "off",
  default_transaction_deferrable: "off",
  lock_timeout: "0",
  idle_session_timeout: "0",
} as const;

/** Of the session, read back by `VERIFY`: behind transaction pooling it is another session's, or nobody's. */
const TOKEN = "waystation.session";

export interface SessionOptions {
  /** What `statement_timeout` is to be, as the server writes it: `10s`, `7500ms`, `0` for none. */
  statementTimeout: string;
  idleInTransactionTimeout: string;
  searchPath: string;
  planCacheMode?: "auto" | "force_generic_plan";
  /** Only for what nobody was promised: else a session does not acknowledge before the log is on the disk. */
  synchronousCommit?: "off";
}

export interface SessionStatement {
  text: string;
  values?: unknown[];
  name?: string;
}

/** As long as the database's own log takes at most, and more. */
export const DEFAULT_TIMEOUTS = { statementTimeout: "10s", idleInTransactionTimeout: "15s" } as const;
export const NO_TIMEOUTS = { statementTimeout: "0", idleInTransactionTimeout: "0" } as const;

function settingsOf(options: SessionOptions): Record<string, string> {
  return {
    ...SETTINGS,
    search_path: options.searchPath,
    statement_timeout: options.statementTimeout,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeout,
    plan_cache_mode: options.planCacheMode ?? "auto",
    ...(options.synchronousCommit ? { synchronous_commit: options.synchronousCommit } : {}),
  };
}

/** The settings as a list of expressions for a `select`: for the session, or for the transaction that it is run in. */
export function formatSettings(options: SessionOptions, reach: "session" | "transaction"): string {
  const isLocal = reach === "transaction";
  const set = (name: string, value: string) =>
    `set_config('${name}', ${pg.escapeLiteral(value)}, ${isLocal})`;
  return [
    ...Object.entries(settingsOf(options)).map(([name, value]) => set(name, value)),
    // Not before Postgres 17.
    `case when current_setting('transaction_timeout', true) is not null then ${set("transaction_timeout", "0")} end`,
    // `remote_apply` and the like say more than `on`, and are left alone.
    ...(options.synchronousCommit
      ? []
      : [
          `case when current_setting('synchronous_commit') = 'off' then ${set("synchronous_commit", "on")} end`,
        ]),
  ].join(", ");
}

/** Why a connection cannot be relied on, as a sentence that says what to do. */
export class SessionSetupError extends Error {
  override name = "SessionError";
}

export const DIRECT_URL_HINT =
  "Let the pooler pool by session, or set DATABASE_DIRECT_URL to an address of the database without the pooler";

/** Begins a session: what it sets, and what has to be read back from it by a later statement. */
export function describeSession(options: SessionOptions, token: string) {
  const wanted = settingsOf(options);
  const names = Object.keys(wanted);
  return {
    begin: `select set_config('${TOKEN}', '${token}', false), ${formatSettings(options, "session")}`,
    verify: `select coalesce(current_setting('${TOKEN}', true), '') as token, ${WRITABLE},
      array[${names.map((name) => `current_setting('${name}')`).join(", ")}] as values`,
    /** Throws a SessionError. */
    check: (row: Writable & { token: string; values: string[] }) => {
      if (row.token !== token)
        throw new SessionSetupError(
          `The connection is not one session of the database: settings made on it are gone in the next statement, as behind a pooler that pools by transaction or statement. ${DIRECT_URL_HINT}.`,
        );
      const wrong = names.findIndex((name, place) => row.values[place] !== wanted[name]);
      const name = names[wrong];
      if (name !== undefined)
        throw new SessionSetupError(
          `The setting ${name} did not take effect: it is "${row.values[wrong]}" and has to be "${wanted[name]}". ${DIRECT_URL_HINT}.`,
        );
      checkWritable(row);
    },
  };
}

interface Writable {
  standby: boolean;
  read_only: string;
  replication_role: string;
}

const WRITABLE =
  "pg_is_in_recovery() as standby, current_setting('transaction_read_only') as read_only, current_setting('session_replication_role') as replication_role";

/** Throws a SessionError where rows cannot be written, or triggers do not run. */
function checkWritable({ standby, read_only, replication_role }: Writable): void {
  if (standby)
    throw new SessionSetupError(
      "The database is a standby, which cannot be written. Name the primary instead.",
    );
  if (read_only !== "off")
    throw new SessionSetupError(
      "The database is read-only. Make it writable: end what made it read-only, such as a full disk at the provider.",
    );
  if (replication_role !== "origin")
    throw new SessionSetupError(
      `Triggers do not run, because session_replication_role is ${replication_role}. Reset it: alter role … reset session_replication_role.`,
    );
}

/** Begins a transaction as every statement here expects it, whatever the defaults are. */
export const BEGIN_TRANSACTION = "begin isolation level read committed read write not deferrable";
