import { startTestPostgres } from "@waystation/db/testing/postgres";
import postgres from "postgres";

/** As somebody would run it who must lose nothing, with the memory that a small server has. */
const SETTINGS = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "1GB",
  max_wal_size: "4GB",
  min_wal_size: "1GB",
  max_connections: "100",
};

export interface BenchDatabases extends AsyncDisposable {
  pid: number;
  urlOf(name: string): string;
  create(name: string, template?: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Writes out what is pending, so that one measurement does not pay for the one before. */
  settle(): Promise<void>;
}

export async function startBenchDatabases(settings: Record<string, string> = {}): Promise<BenchDatabases> {
  const server = await startTestPostgres({ ...SETTINGS, ...settings });
  const command = async (...statements: string[]) => {
    await using client = openBenchClient(server.urlOf("postgres"));
    for (const statement of statements) await client.sql.unsafe(statement);
  };
  await fillWal(command);
  return {
    pid: server.pid,
    urlOf: server.urlOf,
    create: async (name, template = "template0") => {
      await command(`create database ${name} template ${template} strategy file_copy`);
      return server.urlOf(name);
    },
    drop: (name) => command(`drop database if exists ${name} with (force)`),
    settle: () => command("checkpoint"),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}

const WAL_MEGABYTES = 1_024;

/**
 * A server that has run for an hour writes into log files it has used before. A new one has none: it makes each, 16 MB of
 * zeros and their fsync, while a commit waits 40 to 70 ms for it, which would be the p99 of whoever writes more log.
 */
async function fillWal(command: (...statements: string[]) => Promise<void>): Promise<void> {
  const megabyte = "select pg_logical_emit_message(false, 'bench', repeat('x', 1024 * 1024))";
  await command(...Array.from({ length: WAL_MEGABYTES }, () => megabyte), "checkpoint");
}

/** One connection, for what surrounds a measurement. */
export function openBenchClient(url: string, settings: Record<string, string> = {}) {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: settings });
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) };
}
