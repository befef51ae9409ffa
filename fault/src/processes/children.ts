import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const warden = spawn(process.execPath, [fileURLToPath(new URL("./cleanup-process.ts", import.meta.url))], {
  stdio: ["pipe", "ignore", "inherit"],
  // Runs in its own process group, so that Ctrl-C does not end it before the processes it has to clean up.
  detached: true,
});
warden.unref();
(warden.stdin as typeof warden.stdin & { unref(): void }).unref();

/** Starts a process that ends when this process ends, even if this process is killed. */
export function startChild(command: string, parameters: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, parameters, options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started.`);
  warden.stdin.write(`+${pid}\n`);
  child.once("exit", () => warden.stdin.write(`-${pid}\n`));
  return child;
}

/** Deletes a folder after this process has ended. */
export function deleteFolderAtExit(folder: string): void {
  warden.stdin.write(`/${folder}\n`);
}

/** Unmounts a folder before it is deleted. */
export function unmountAtExit(folder: string): void {
  warden.stdin.write(`!${folder}\n`);
}

export function hasChildExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

export function childExit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (hasChildExited(child)) resolve();
    else child.once("exit", () => resolve());
  });
}
