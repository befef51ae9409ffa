import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface TestPostgres {
  /** The process whose children are the backends. */
  pid: number;
  /** The connection URL of one database of this server. */
  urlOf(database: string): string;
  stop(): Promise<void>;
}

/**
 * A real Postgres 18 on a free port, with its data in the system's temp folder.
 * It ends, and its data goes, with `stop` and with this process, however that dies.
 */
export async function startTestPostgres(settings: Record<string, string> = {}): Promise<TestPostgres> {
  const program = fileURLToPath(new URL("./postgres-supervisor.ts", import.meta.url));
  const keeper = spawn(process.execPath, [program, JSON.stringify(settings)], {
    stdio: ["pipe", "pipe", "pipe"],
    // In a group of its own: Ctrl-C in the terminal must not end the database under its users.
    detached: true,
  });
  let complaint = "";
  keeper.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = once(keeper, "close");
  const ready = await Promise.race([once(createInterface(keeper.stdout), "line"), ended.then(() => null)]);
  if (!ready) throw new Error(`The Postgres for tests did not start.\n${complaint}`);
  const { port, password, pid } = JSON.parse(ready[0]) as { port: number; password: string; pid: number };
  // Idle, it must not keep this process alive: it follows when its standard input closes.
  keeper.unref();
  for (const stream of [keeper.stdin, keeper.stdout, keeper.stderr])
    (stream as typeof stream & { unref(): void }).unref();
  return {
    pid,
    urlOf: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    stop: async () => {
      keeper.ref();
      keeper.stdin.end();
      await ended;
    },
  };
}
