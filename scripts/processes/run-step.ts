import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const REPOSITORY_ROOT = join(import.meta.dirname, "../..");

/** Runs a program in the repository root, passes its output on, and returns its exit code. */
export async function runCommand(
  command: string,
  parameters: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<number> {
  const child = spawn(command, parameters, {
    cwd: REPOSITORY_ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}

/** Runs a script of this repository or of a package with the current Node.js. */
export function runNode(script: string, parameters: string[] = [], environment: NodeJS.ProcessEnv = {}) {
  return runCommand(process.execPath, [join(REPOSITORY_ROOT, script), ...parameters], environment);
}
