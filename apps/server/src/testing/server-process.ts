import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { scanText as lookForSecrets } from "@waystation/db/testing/leak-detector";

/** A program of this repository in a process of its own, and what it says. It does not outlive the test. */
export function startServerProcess(
  /** Relative to the folder of `main.ts`. */
  script: string,
  environment: Record<string, string>,
  parameters: string[] = [],
) {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(import.meta.dirname, "..", script), ...parameters],
    {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let stdout = "";
  let stderr = "";
  let look = () => {};
  child.stdout?.on("data", (chunk: Buffer) => {
    stdout += chunk;
    lookForSecrets("what a program says", stdout);
    look();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk;
    lookForSecrets("what a program says", stderr);
    look();
  });
  const closed = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as string | null,
    stdout,
    stderr: stripVTControlCharacters(stderr),
  }));
  return {
    pid: child.pid ?? 0,
    closed,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** The first group of what it says, once it has said it. */
    said: async (pattern: RegExp): Promise<string> => {
      const found = Promise.withResolvers<string>();
      look = () => {
        const match = pattern.exec(stdout + stderr);
        if (match) found.resolve(match[1] ?? match[0]);
      };
      look();
      const ended = closed.then(() => {
        throw new Error(`It ended without saying ${pattern}:\n${stdout}\n${stderr}`);
      });
      return Promise.race([found.promise, ended]);
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await closed;
    },
  };
}

export type TestServerProcess = ReturnType<typeof startServerProcess>;
