/**
 * Outlives the run briefly. When standard input closes, this process kills the recorded processes that still run and deletes
 * the recorded folders.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

const alive = new Set<number>();
const folders: string[] = [];
const mounts: string[] = [];

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
for await (const line of createInterface(process.stdin)) {
  const rest = line.slice(1);
  if (line.startsWith("+")) alive.add(Number(rest));
  else if (line.startsWith("-")) alive.delete(Number(rest));
  else if (line.startsWith("!")) mounts.push(rest);
  else if (line.startsWith("/")) folders.push(rest);
}
for (const pid of alive) {
  for (const signal of ["SIGCONT", "SIGQUIT"] as const) end(pid, signal);
}
await new Promise((resolve) => setTimeout(resolve, 500));
for (const pid of alive) end(pid, "SIGKILL");
for (const folder of mounts) spawnSync("umount", ["--lazy", folder]);
for (const folder of folders) rmSync(folder, { recursive: true, force: true });

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has already ended.
  }
}
