import { startTestPostgres } from "@waystation/db/testing/postgres";
import postgres from "postgres";

/** Settings of a durable production database with the memory of a small server. */
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
  /** Flushes pending writes, so that they do not slow down the next measurement. */
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
 * A server that has run for an hour reuses its WAL files. A new server creates each one (16 MB of zeros and an fsync) while a
 * commit waits 40 to 70 ms, which would dominate the p99 of targets that write more WAL.
 */
async function fillWal(command: (...statements: string[]) => Promise<void>): Promise<void> {
  const megabyte = "select pg_logical_emit_message(false, 'bench', repeat('x', 1024 * 1024))";
  await command(...Array.from({ length: WAL_MEGABYTES }, () => megabyte), "checkpoint");
}

/** A single connection for work outside the measurements. */
export function openBenchClient(url: string, settings: Record<string, string> = {}) {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connection: settings });
  return { sql, [Symbol.asyncDispose]: () => sql.end({ timeout: 5 }) };
}
