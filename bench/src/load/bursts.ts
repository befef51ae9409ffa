import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { processTreeOf } from "../measure/machine.ts";
import type { LoadGenerator, LoadOrder, LoadReport } from "./load-generator.ts";

const BURST_S = 0.5;
const PAUSE_MS = 1_500;

/**
 * For a busy machine: gives all processes of a load real-time priority for half a second, then leaves the machine to other
 * processes for three times as long. Other processes do not affect a burst. Requires Linux and root.
 */
export async function runInBursts(
  generator: LoadGenerator,
  server: { pid: number },
  database: { pid: number } | null,
  order: LoadOrder,
  around: { before: () => void; after: () => void },
): Promise<LoadReport> {
  const reports: LoadReport[] = [];
  for (let left = order.seconds; left > 0.01; left -= BURST_S) {
    const pids = [server.pid, generator.pid, ...(database ? processTreeOf(database.pid) : [])];
    setPolicy(pids, ["-r", "-p", "1"]);
    around.before();
    try {
      const seconds = Math.min(left, BURST_S);
      reports.push(await generator.run({ ...order, seconds, from: reports.at(-1)?.next ?? order.from }));
    } finally {
      around.after();
      setPolicy(pids, ["-o", "-p", "0"]);
    }
    await sleep(PAUSE_MS);
  }
  return together(reports);
}

function setPolicy(pids: number[], policy: string[]): void {
  // A database process may have ended in the meantime.
  const done = pids.filter((pid) => {
    const { status } = spawnSync("chrt", ["-a", ...policy, String(pid)], { stdio: "ignore" });
    return status === 0;
  });
  if (done.length === 0) throw new Error("Bursts need Linux, chrt, and root.");
}

/** Combines the bursts. Each latency percentile is the median over the bursts. */
function together(reports: LoadReport[]): LoadReport {
  const [first] = reports;
  const last = reports.at(-1);
  if (!first || !last) throw new Error("There was no burst.");
  const middle = (figure: (report: LoadReport) => number) =>
    reports.map(figure).toSorted((a, b) => a - b)[Math.floor(reports.length / 2)] ?? Number.NaN;
  const sum = (figure: (report: LoadReport) => number) =>
    reports.reduce((total, report) => total + figure(report), 0);
  const statuses: Record<string, number> = {};
  const acknowledged = new Uint8Array(first.acknowledged.length);
  for (const report of reports) {
    for (const [status, count] of Object.entries(report.statuses))
      statuses[status] = (statuses[status] ?? 0) + count;
    report.acknowledged.forEach((value, index) => {
      if (value) acknowledged[index] = 1;
    });
  }
  return {
    next: last.next,
    answered: sum((report) => report.answered),
    seconds: sum((report) => report.seconds),
    p50: middle((report) => report.p50),
    p99: middle((report) => report.p99),
    p999: middle((report) => report.p999),
    slowest: Math.max(...reports.map((report) => report.slowest)),
    statuses,
    refusalP99: middle((report) => report.refusalP99),
    broken: sum((report) => report.broken),
    acknowledged,
  };
}
