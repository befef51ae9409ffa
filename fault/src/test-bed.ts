import { chmodSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep, waitUntil } from "./clock.ts";
import type { FaultAccount } from "./fixtures.ts";
import { type LoadCommand, WebhookLoad, type WebhookLoadOptions } from "./load.ts";
import { deleteFolderAtExit } from "./processes/children.ts";
import { heapUsageOf } from "./processes/heap.ts";
import { reservePort } from "./processes/ports.ts";
import { type PostgresClient, PostgresServer } from "./processes/postgres.ts";
import { openDescriptorsOf } from "./processes/process-facts.ts";
import { ServerProcess } from "./processes/server-process.ts";
import { checkLedger, type RunSqlQuery } from "./results/check-ledger.ts";
import { Ledger } from "./results/ledger.ts";
import { createInstallation, SEEDED_ACCOUNTS } from "./seed.ts";

const TEMPLATE = "desk";

export interface FaultInstallationOptions {
  servers?: number;
  /** Statements to run on the database before the servers start. */
  prepare?: string[];
  environment?: Record<string, string>;
  program?: string;
  /** Parent folder of the servers' data folders and logs. */
  serverFolder?: string;
  flags?: string[];
  postgres?: PostgresServer;
  /** Port at which the servers reach the database, instead of the database's own. */
  databasePort?: number;
  load?: Partial<WebhookLoadOptions>;
  /** Whether `vitals` will be called. */
  hasVitals?: boolean;
}

/** Shared by all faults of a run: a folder, and a Postgres with a template database. */
export class TestBed {
  readonly folder: string;
  readonly postgres: PostgresServer;
  /** True for the full run, false for the smoke run. */
  readonly isWhole: boolean;
  /** Time an undisturbed server takes to become ready on this machine, in ms. */
  startMilliseconds = 0;
  #desks = 0;

  private constructor(folder: string, postgres: PostgresServer, isWhole: boolean) {
    this.folder = folder;
    this.postgres = postgres;
    this.isWhole = isWhole;
  }

  static async create(isWhole: boolean): Promise<TestBed> {
    const folder = mkdtempSync(join(tmpdir(), "waystation-fault-"));
    deleteFolderAtExit(folder);
    // Postgres runs as another user and has its folder inside this one.
    chmodSync(folder, 0o711);
    const home = join(folder, "postgres");
    mkdirSync(home);
    const lab = new TestBed(folder, await PostgresServer.create(home), isWhole);
    await lab.furnish(lab.postgres);
    await using desk = await lab.open();
    lab.startMilliseconds = desk.startMilliseconds;
    return lab;
  }

  /** The requested rate, reduced on a slow or busy machine in proportion to the measured start time. */
  rate(wished: number): number {
    return Math.ceil(wished * Math.min(1, 2_000 / this.startMilliseconds));
  }

  /** Time limit, in ms, for a server to serve again: two seconds, or two undisturbed starts on a slower machine. */
  get restartLimit(): number {
    return Math.max(2_000, 2 * this.startMilliseconds);
  }

  /** Time limit, in ms, for a running server to notice that Postgres is back. */
  get noticeLimit(): number {
    return Math.max(2_000, this.startMilliseconds);
  }

  /**
   * Returns the times over the limit. If there are any, first measures the limit again, as other processes may be using the
   * machine.
   */
  async over(limit: () => number, milliseconds: number[]): Promise<number[]> {
    if (milliseconds.every((one) => one <= limit())) return [];
    await using desk = await this.open();
    this.startMilliseconds = Math.max(this.startMilliseconds, desk.startMilliseconds);
    return milliseconds.filter((one) => one > limit());
  }

  /** Creates the template database. */
  async furnish(postgres: PostgresServer): Promise<void> {
    await postgres.command(`create database ${TEMPLATE}`);
    await createInstallation(postgres.urlOf(TEMPLATE));
  }

  /** Creates an installation with its own database and waits until its servers are ready. */
  async open(options: FaultInstallationOptions = {}): Promise<FaultInstallation> {
    const { postgres = this.postgres, prepare = [], environment, program, flags } = options;
    const name = `desk_${++this.#desks}`;
    await postgres.command(`create database ${name} template ${TEMPLATE}`);
    const client = postgres.client(name);
    for (const statement of prepare) await client.unsafe(statement);
    const folder = join(this.folder, name);
    mkdirSync(folder);
    const servers: ServerProcess[] = [];
    for (let index = 0; index < (options.servers ?? 1); index++)
      servers.push(
        new ServerProcess({
          port: await reservePort(),
          folder: join(options.serverFolder ?? folder, `server-${index + 1}`),
          environment: { DATABASE_URL: postgres.urlOf(name, options.databasePort), ...environment },
          program,
          flags,
          inspectorPort: options.hasVitals ? await reservePort() : undefined,
        }),
      );
    const desk = new FaultInstallation(
      postgres,
      name,
      client,
      servers,
      await Ledger.create(join(folder, "acknowledged")),
      options.load,
    );
    try {
      desk.startMilliseconds = Math.max(0, ...(await Promise.all(servers.map((server) => server.start()))));
      return desk;
    } catch (error) {
      await desk[Symbol.asyncDispose]();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.postgres.stop("fast");
  }
}

export class FaultInstallation implements AsyncDisposable {
  readonly postgres: PostgresServer;
  readonly database: string;
  readonly client: PostgresClient;
  readonly servers: ServerProcess[];
  readonly ledger: Ledger;
  readonly load: WebhookLoad;
  startMilliseconds = 0;

  constructor(
    postgres: PostgresServer,
    database: string,
    client: PostgresClient,
    servers: ServerProcess[],
    ledger: Ledger,
    load: Partial<WebhookLoadOptions> = {},
  ) {
    this.postgres = postgres;
    this.database = database;
    this.client = client;
    this.servers = servers;
    this.ledger = ledger;
    this.load = new WebhookLoad({
      ports: () => servers.map((server) => server.port),
      accounts: SEEDED_ACCOUNTS,
      ledger,
      ...load,
    });
  }

  get ask(): RunSqlQuery {
    return async (text, parameters = []) => [...(await this.client.unsafe(text, parameters as never[]))];
  }

  get accounts(): [FaultAccount, FaultAccount, FaultAccount] {
    return SEEDED_ACCOUNTS as [FaultAccount, FaultAccount, FaultAccount];
  }

  get server(): ServerProcess {
    const [server] = this.servers;
    if (!server) throw new Error("This desk has no server.");
    return server;
  }

  /** Checks E1 to E4 after all requests have settled. */
  async check(): Promise<{ acknowledged: number; events: number; problems: string[] }> {
    await this.load.settled();
    const acknowledged = await this.ledger.read();
    return {
      acknowledged: acknowledged.size,
      ...(await checkLedger(this.ask, acknowledged, this.load.sent)),
    };
  }

  /** Unexpected exits of servers, as sentences. */
  crashes(): string[] {
    return this.servers
      .filter((server) => server.crashes > 0)
      .map((server) => `a server ended ${server.crashes} times: ${server.log().trim().slice(-1_500)}`);
  }

  /** E6: unexpected responses, as sentences. `allowed` ones are permitted only between the two times. */
  unexpected(allowed: LoadCommand[] = [], from = 0, to = Number.POSITIVE_INFINITY): string[] {
    const wrong = new Map<LoadCommand, number>();
    for (const { at, milliseconds, word } of this.load.answers) {
      if (word === 200) continue;
      const isInside = at + milliseconds >= from && at <= to;
      if (!(allowed.includes(word) && isInside)) wrong.set(word, (wrong.get(word) ?? 0) + 1);
    }
    return [...wrong].map(([word, count]) => `E6: ${count} × ${word} where it must not be`);
  }

  /** Time, in ms, until a webhook sent after `since` gets a 200. Null after `limit`. */
  async recovery(limit: number, since = performance.now()): Promise<number | null> {
    const isBack = () => this.load.answers.some(({ at, word }) => word === 200 && at >= since);
    if (!(await waitUntil(isBack, limit))) return null;
    const first = this.load.answers
      .filter(({ at, word }) => word === 200 && at >= since)
      .map(({ at, milliseconds }) => at + milliseconds);
    return Math.min(...first) - since;
  }

  /** Heap, descriptors and database connections of the first server. */
  async vitals(): Promise<Vitals> {
    await this.load.settled();
    this.load.rest();
    await sleep(1_000);
    const { inspectorPort, pid } = this.server;
    const megabytes = inspectorPort ? await heapUsageOf(inspectorPort) : Number.NaN;
    const [row] = await this.client.unsafe(
      "select count(*)::int as connections from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
    );
    return { megabytes, descriptors: openDescriptorsOf(pid), connections: Number(row?.connections) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.load.rest();
    for (const server of this.servers) await server.stop("SIGKILL");
    await this.client.end({ timeout: 0 });
    await this.ledger[Symbol.asyncDispose]();
    if (this.postgres.isRunning)
      await this.postgres.command(`drop database ${this.database} with (force)`).catch(() => {});
  }
}

interface Vitals {
  /** Heap after a garbage collection, in MB. */
  megabytes: number;
  descriptors: number;
  connections: number;
}

/** E7: resources that did not return to their earlier level, as sentences. */
export function compareResourceUse(before: Vitals, after: Vitals): string[] {
  const problems: string[] = [];
  if (after.megabytes > before.megabytes * 1.1 + 8)
    problems.push(`E7: ${Math.round(before.megabytes)} MB became ${Math.round(after.megabytes)}`);
  if (after.descriptors > before.descriptors * 1.1 + 3)
    problems.push(`E7: ${before.descriptors} descriptors became ${after.descriptors}`);
  if (after.connections > before.connections * 1.1 + 1)
    problems.push(`E7: ${before.connections} database connections became ${after.connections}`);
  return problems;
}
