import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stopChildProcess } from "../load/load-generator.ts";
import { benchServerEnvironment } from "./environment.ts";

export type BenchTargetName = "floor" | "hmac-floor" | "usual" | "product";

export interface BenchTarget extends AsyncDisposable {
  pid: number;
  port: number;
  /** Begins a CPU profile, or ends it and writes it to the file: of the product only. */
  profile(file: string): Promise<void>;
}

/** Starts a server in a process of its own. It ends with this one, whatever happens. */
export async function startBenchTarget(
  name: BenchTargetName,
  environment: Record<string, string>,
  folder: string,
): Promise<BenchTarget> {
  const log = openSync(join(folder, `${name}.log`), "a");
  const child = fork(fileURLToPath(new URL(`../targets/${name}.ts`, import.meta.url)), {
    // Nothing of this shell's settings: what is measured is the same everywhere.
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      ...(name === "product" ? benchServerEnvironment(environment) : environment),
    },
    execArgv: name === "product" ? serveFlags() : [],
    stdio: ["ignore", log, "inherit", "ipc"],
  });
  closeSync(log);
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The server ${name} did not start (exit code ${code}).`);
  });
  ended.catch(() => {});
  const [{ port }] = (await Promise.race([once(child, "message"), ended])) as [{ port: number }];
  return {
    pid: child.pid ?? 0,
    port,
    profile: async (file) => {
      child.send({ profile: file });
      await once(child, "message");
    },
    [Symbol.asyncDispose]: () => stopChildProcess(child),
  };
}

/** What `pnpm serve` tells the engine. */
function serveFlags(): string[] {
  const file = new URL("../../../package.json", import.meta.url);
  const { scripts } = JSON.parse(readFileSync(file, "utf8")) as { scripts: { serve: string } };
  return scripts.serve.split(" ").filter((word) => word.startsWith("--"));
}
