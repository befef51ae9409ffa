import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** What the kernel counts, by process. Elsewhere than on Linux there is no such count, and all figures are NaN. */
const isCounted = existsSync("/proc/self/stat");
const TICKS_A_SECOND = 100;

/** CPU µs that a process has used since it began. */
export function processCpuTime(pid: number): number {
  const fields = statOf(pid);
  return fields ? fields.own : Number.NaN;
}

/** The same with its children, those that ended included: a Postgres is many processes. */
export function processTreeCpuTime(pid: number): number {
  const stats = processTreeOf(pid).map(statOf);
  if (!stats[0]) return Number.NaN;
  return stats.reduce((sum, stat) => sum + (stat ? stat.own + stat.ended : 0), 0);
}

/** A process and its children. */
export function processTreeOf(pid: number): number[] {
  const children = isCounted
    ? readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
    : [];
  return [pid, ...children.filter((child) => statOf(child)?.parent === pid)];
}

/** CPU µs that anything on this machine has used, and how much there could have been. */
export function machineCpuTime(): { used: number; capacity: number } {
  if (!isCounted) return { used: Number.NaN, capacity: Number.NaN };
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n");
  const times = line
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map((ticks) => Number(ticks) * (1e6 / TICKS_A_SECOND));
  const capacity = times.reduce((sum, time) => sum + time, 0);
  const idle = (times[3] ?? 0) + (times[4] ?? 0);
  return { used: capacity - idle, capacity };
}

export function residentMegabytes(pid: number): number {
  if (!isCounted) return Number.NaN;
  try {
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

function processorName(): string {
  if (!isCounted) return process.arch;
  const info = readFileSync("/proc/cpuinfo", "utf8");
  const name = /^model name\s*: (.*)$/m.exec(info)?.[1] ?? process.arch;
  return `${info.match(/^processor\s*:/gm)?.length ?? "?"} × ${name}`;
}

function statOf(pid: number): { parent: number; own: number; ended: number } | null {
  if (!isCounted) return null;
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return null;
  }
  // The name in brackets may hold anything; the numbers begin behind it.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const ticks = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) * (1e6 / TICKS_A_SECOND);
  return { parent: fields[1] ?? 0, own: ticks(11), ended: ticks(13) };
}

/** For the head of every report: a figure without its machine, day and commit says nothing. */
export function describeMachine(): string {
  const commit = spawnSync("git", ["describe", "--always", "--dirty"], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  }).stdout?.trim();
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit || "unknown"}, Node ${process.versions.node}, ${processorName()}`;
}
