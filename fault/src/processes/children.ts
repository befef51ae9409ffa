import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const warden = spawn(process.execPath, [fileURLToPath(new URL("./cleanup-process.ts", import.meta.url))], {
  stdio: ["pipe", "ignore", "inherit"],
  // In a group of its own: Ctrl-C in the terminal must not end it before its wards.
  detached: true,
});
warden.unref();
(warden.stdin as typeof warden.stdin & { unref(): void }).unref();

/** Starts a process that ends with this one, however this one dies. */
export function startChild(command: string, parameters: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, parameters, options);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} could not be started.`);
  warden.stdin.write(`+${pid}\n`);
  child.once("exit", () => warden.stdin.write(`-${pid}\n`));
  return child;
}

/** Deletes a folder when this process has ended. */
export function deleteFolderAtExit(folder: string): void {
  warden.stdin.write(`/${folder}\n`);
}

/** Whether it is to be unmounted first. */
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
