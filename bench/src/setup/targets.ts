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
  /** Starts a CPU profile, or stops it and writes it to the file. Product only. */
  profile(file: string): Promise<void>;
}

/** Starts a server in a separate process, which ends when this process ends. */
export async function startBenchTarget(
  name: BenchTargetName,
  environment: Record<string, string>,
  folder: string,
): Promise<BenchTarget> {
  const log = openSync(join(folder, `${name}.log`), "a");
  const child = fork(fileURLToPath(new URL(`../targets/${name}.ts`, import.meta.url)), {
    // Passes on none of this shell's settings, so that measurements are comparable.
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

/** The Node.js flags of `pnpm serve`. */
function serveFlags(): string[] {
  const file = new URL("../../../package.json", import.meta.url);
  const { scripts } = JSON.parse(readFileSync(file, "utf8")) as { scripts: { serve: string } };
  return scripts.serve.split(" ").filter((word) => word.startsWith("--"));
}
