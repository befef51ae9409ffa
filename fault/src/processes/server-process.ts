import type { ChildProcess } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sleep, waitUntil } from "../clock.ts";
import { FAULT_PUBLIC_URL } from "../fixtures.ts";
import { childExit, hasChildExited, startChild } from "./children.ts";

export const FAULT_AUTH_SECRET = "a secret of a fault run, never of anything else 5hw8";
/** Not a secret: it encrypts only test data that every run creates. */
export const FAULT_SEALING_KEY = Buffer.from(
  Array.from({ length: 32 }, (_, index) => (index * 41 + 7) % 251),
).toString("base64");
const PRODUCT = fileURLToPath(new URL("../../../apps/server/src/main.ts", import.meta.url));
const START_MS = 60_000;
const PAUSE_MS = 50;

interface ServerProcessOptions {
  port: number;
  folder: string;
  environment: Record<string, string>;
  /** A program other than the product: a broken one, for a negative control. */
  program?: string;
  flags?: string[];
  /** Port of the inspector, for memory queries. */
  inspectorPort?: number;
}

/** Runs a server like a service manager: restarts it whenever it ends unexpectedly. */
export class ServerProcess {
  readonly port: number;
  readonly inspectorPort: number | undefined;
  /** Number of unexpected exits. */
  crashes = 0;
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | null = null;
  #isWanted = false;

  constructor(options: ServerProcessOptions) {
    this.port = options.port;
    this.inspectorPort = options.inspectorPort;
    this.#options = options;
    mkdirSync(options.folder, { recursive: true });
  }

  /** Environment of the next start. */
  get environment(): Record<string, string> {
    return this.#options.environment;
  }

  get pid(): number {
    if (!this.#child?.pid || hasChildExited(this.#child)) throw new Error("The server does not run.");
    return this.#child.pid;
  }

  /** Starts the server and waits until it is ready. Returns the duration in ms. */
  async start(): Promise<number> {
    const begin = performance.now();
    this.#isWanted = true;
    this.#launch();
    if (!(await waitUntil(() => this.isReady(), START_MS)))
      throw new Error(`A server did not become ready.\n${this.log().slice(-2_000)}`);
    return performance.now() - begin;
  }

  /** Starts the server and waits for its exit. Returns the exit code, or null if it had to be killed. */
  async exitCode(milliseconds: number): Promise<number | null> {
    this.#launch();
    const child = this.#child;
    if (child && (await waitUntil(() => hasChildExited(child), milliseconds))) return child.exitCode;
    await this.stop("SIGKILL");
    return null;
  }

  async isReady(): Promise<boolean> {
    return (await httpStatusOfServer(this.port, "/readyz")) === 200;
  }

  /** Stops the server for good. Returns its exit code and the duration. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<{ code: number | null; milliseconds: number }> {
    this.#isWanted = false;
    const child = this.#child;
    const begin = performance.now();
    if (!child || hasChildExited(child)) return { code: child?.exitCode ?? null, milliseconds: 0 };
    child.kill(signal);
    await childExit(child);
    return { code: child.exitCode, milliseconds: performance.now() - begin };
  }

  /** Current resident memory, in MB. */
  megabytes(): number {
    const pages = Number(readFileSync(`/proc/${this.pid}/statm`, "utf8").split(" ")[1]);
    return (pages * 4_096) / 1_024 / 1_024;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  log(): string {
    return readFileSync(this.#logFile, "utf8");
  }

  get #logFile(): string {
    return join(this.#options.folder, "log");
  }

  #launch(): void {
    const { port, folder, environment, program = PRODUCT, flags = [], inspectorPort } = this.#options;
    const inspector = inspectorPort ? [`--inspect=127.0.0.1:${inspectorPort}`] : [];
    const log = openSync(this.#logFile, "a");
    const child = startChild(process.execPath, [...inspector, ...flags, program], {
      cwd: folder,
      stdio: ["ignore", log, log],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        PUBLIC_URL: FAULT_PUBLIC_URL,
        PORT: String(port),
        DATA_DIR: join(folder, "data"),
        ENCRYPTION_KEYS: FAULT_SEALING_KEY,
        AUTH_SECRET: FAULT_AUTH_SECRET,
        WAYSTATION_SETUP_TOKEN: "the setup token of a fault run",
        LOG_LEVEL: "warn",
        ...environment,
      },
    });
    this.#child = child;
    child.once("exit", async () => {
      if (!this.#isWanted || this.#child !== child) return;
      this.crashes += 1;
      await sleep(PAUSE_MS);
      if (this.#isWanted && this.#child === child) this.#launch();
    });
  }
}

/** Status code of a GET request. Null if there is no response. */
export function httpStatusOfServer(port: number, path: string, milliseconds = 3_000): Promise<number | null> {
  return new Promise((resolve) => {
    const req = get({ host: "127.0.0.1", port, path, agent: false, timeout: milliseconds }, (res) => {
      res.resume();
      resolve(res.statusCode ?? null);
    });
    req.on("timeout", () => req.destroy());
    req.on("error", () => resolve(null));
  });
}
