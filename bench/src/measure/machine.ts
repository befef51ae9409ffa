import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Reads process statistics of the Linux kernel. On other systems all figures are NaN. */
const isCounted = existsSync("/proc/self/stat");
const TICKS_A_SECOND = 100;

/** CPU time of a process since its start, in µs. */
export function processCpuTime(pid: number): number {
  const fields = statOf(pid);
  return fields ? fields.own : Number.NaN;
}

/** CPU time of a process and its children, including ended ones, in µs. Postgres runs many processes. */
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

/** CPU time used on this machine, and the maximum possible, in µs. */
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
  // The process name in parentheses can contain any character. The numbers follow it.
  const fields = text
    .slice(text.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const ticks = (from: number) => ((fields[from] ?? 0) + (fields[from + 1] ?? 0)) * (1e6 / TICKS_A_SECOND);
  return { parent: fields[1] ?? 0, own: ticks(11), ended: ticks(13) };
}

/** Heads every report: a figure is meaningless without its machine, date and commit. */
export function describeMachine(): string {
  const commit = spawnSync("git", ["describe", "--always", "--dirty"], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  }).stdout?.trim();
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit || "unknown"}, Node ${process.versions.node}, ${processorName()}`;
}
