import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import {
  chownToPostgres,
  findPostgresBinaries,
  initDatabaseFolder,
  postgresOwner,
} from "@waystation/db/testing/postgres-files";
import type postgres from "postgres";
import { sleep, waitUntil } from "../clock.ts";
import { childExit, hasChildExited, startChild } from "./children.ts";
import { connectPostgres } from "./connect-postgres.ts";
import { reservePort } from "./ports.ts";
import { childProcessesOf } from "./process-facts.ts";

const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  shared_buffers: "128MB",
  max_connections: "100",
};

export type PostgresClient = postgres.Sql;

/** A Postgres server that can be crashed and restarted on the same data and port. */
export class PostgresServer {
  readonly port: number;
  readonly #binaries: string;
  readonly #folder: string;
  readonly #password: string;
  readonly #settings: Record<string, string>;
  #server: ChildProcess | null = null;
  #log = "";

  private constructor(
    port: number,
    binaries: string,
    folder: string,
    password: string,
    settings: Record<string, string>,
  ) {
    this.port = port;
    this.#binaries = binaries;
    this.#folder = folder;
    this.#password = password;
    this.#settings = settings;
  }

  static async create(
    folder: string,
    settings: Record<string, string> = {},
    initialisation: string[] = [],
    binaries = findPostgresBinaries(folder),
  ): Promise<PostgresServer> {
    chownToPostgres(folder);
    const password = randomBytes(16).toString("hex");
    initDatabaseFolder(binaries, folder, password, initialisation);
    const server = new PostgresServer(await reservePort(), binaries, folder, password, {
      ...SETTINGS,
      ...settings,
    });
    await server.start();
    return server;
  }

  urlOf(database: string, port = this.port): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${port}/${database}`;
  }

  get pid(): number {
    if (!this.#server?.pid || hasChildExited(this.#server)) throw new Error("Postgres does not run.");
    return this.#server.pid;
  }

  get binaries(): string {
    return this.#binaries;
  }

  get isRunning(): boolean {
    return this.#server !== null && !hasChildExited(this.#server);
  }

  /** Resolves when Postgres accepts connections. */
  async start(): Promise<void> {
    const flags = Object.entries(this.#settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const parameters = ["-D", join(this.#folder, "data"), "-p", String(this.port), ...flags];
    const server = startChild(join(this.#binaries, "bin", "postgres"), parameters, {
      ...postgresOwner,
      cwd: this.#folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#server = server;
    this.#log = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      this.#log = (this.#log + chunk.toString()).slice(-20_000);
    });
    const isReady = () => this.#log.includes("ready to accept connections");
    if (!(await waitUntil(() => isReady() || hasChildExited(server), 60_000)) || !isReady())
      throw new Error(`Postgres did not start.\n${this.#log.slice(-2_000)}`);
  }

  /** `immediate` simulates a crash: all processes end at once. `fast` shuts down in order. */
  async stop(mode: "immediate" | "fast"): Promise<void> {
    const server = this.#server;
    if (!server || hasChildExited(server)) return;
    server.kill(mode === "immediate" ? "SIGQUIT" : "SIGINT");
    if (await Promise.race([childExit(server).then(() => true), sleep(20_000).then(() => false)])) return;
    server.kill("SIGKILL");
    await childExit(server);
  }

  /** Suspends all processes of the server. */
  freeze(): void {
    const { pid } = this;
    process.kill(pid, "SIGSTOP");
    for (const child of childProcessesOf(pid)) process.kill(child, "SIGSTOP");
  }

  thaw(): void {
    const { pid } = this;
    for (const child of childProcessesOf(pid)) process.kill(child, "SIGCONT");
    process.kill(pid, "SIGCONT");
  }

  /** Resolves true when a statement succeeds, or false after `milliseconds`. */
  async answers(milliseconds: number): Promise<boolean> {
    return waitUntil(async () => {
      const client = this.client("postgres", { connect_timeout: 2 });
      try {
        await client`select 1`;
        return true;
      } catch {
        return false;
      } finally {
        await client.end({ timeout: 0 });
      }
    }, milliseconds);
  }

  client(database: string, options: postgres.Options<Record<string, never>> = {}): PostgresClient {
    return connectPostgres(this.urlOf(database), options);
  }

  /** PIDs of the backends of a database, other than the querying one. */
  async backendsOf(database: string): Promise<number[]> {
    const client = this.client("postgres");
    try {
      const rows = await client`select pid from pg_stat_activity where datname = ${database} order by pid`;
      return rows.map((row) => Number(row.pid));
    } finally {
      await client.end({ timeout: 5 });
    }
  }

  async command(...statements: string[]): Promise<void> {
    const client = this.client("postgres");
    try {
      for (const statement of statements) await client.unsafe(statement);
    } finally {
      await client.end({ timeout: 5 });
    }
  }
}
