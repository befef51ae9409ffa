import { setTimeout as sleep } from "node:timers/promises";
import type { Generator, Order, Report } from "./load.ts";
import { cpuOf, cpuOfFamily, cpuOfMachine, residentMegabytes } from "./machine.ts";

const WARM_REQUESTS = 20_000;
const WARM_AT_MOST_S = 30;

/**
 * Until the engine has compiled what is hot: so many seconds, and so many requests, which takes longer where others use
 * the machine.
 */
export async function warmUp(generator: Generator, order: Order): Promise<Report[]> {
  const reports: Report[] = [];
  const begin = performance.now();
  const wanted = Math.min(WARM_REQUESTS, order.seconds * WARM_REQUESTS);
  for (let done = 0; ; ) {
    const report = await generator.run({ ...order, from: reports.at(-1)?.next ?? order.from });
    reports.push(report);
    done += report.answered;
    if (done >= wanted || report.answered === 0 || performance.now() - begin > WARM_AT_MOST_S * 1_000)
      return reports;
  }
}

const QUIET = 0.12;

/** Waits until others use little of the machine, at most so long. */
export async function awaitQuiet(seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    const before = cpuOfMachine();
    await sleep(2_000);
    const after = cpuOfMachine();
    if (!((after.used - before.used) / (after.capacity - before.capacity) > QUIET)) return;
  }
}

/** Runs it in a quiet moment, and again when others woke up meanwhile, for as long as the patience lasts. */
export async function inQuiet<Result>(
  seconds: number,
  run: () => Promise<Result>,
  othersOf: (result: Result) => number,
): Promise<Result> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    await awaitQuiet((end - performance.now()) / 1_000);
    const result = await run();
    if (!(othersOf(result) > QUIET) || performance.now() > end) return result;
  }
}

export interface Measured extends Report {
  requestsPerSecond: number;
  serverCpu: number;
  databaseCpu: number;
  generatorCpu: number;
  megabytes: number;
  /** Share of the machine that was used by none of ours. */
  others: number;
}

/** One load, and what it cost whom: CPU in µs a request. */
export async function measure(
  generator: Generator,
  server: { pid: number },
  database: { pid: number } | null,
  order: Order,
): Promise<Measured> {
  const read = () => ({
    machine: cpuOfMachine(),
    server: cpuOf(server.pid),
    database: database ? cpuOfFamily(database.pid) : 0,
    generator: cpuOf(generator.pid),
    own: cpuOf(process.pid),
  });
  let megabytes = 0;
  const sampler = setInterval(() => {
    megabytes = Math.max(megabytes, residentMegabytes(server.pid));
  }, 250);
  const before = read();
  const report = await generator.run(order).finally(() => clearInterval(sampler));
  const after = read();
  const used = (who: "server" | "database" | "generator" | "own") => after[who] - before[who];
  const ours = used("server") + used("database") + used("generator") + used("own");
  return {
    ...report,
    requestsPerSecond: report.answered / report.seconds,
    serverCpu: used("server") / report.answered,
    databaseCpu: used("database") / report.answered,
    generatorCpu: used("generator") / report.answered,
    megabytes: Math.max(megabytes, residentMegabytes(server.pid)),
    others:
      (after.machine.used - before.machine.used - ours) / (after.machine.capacity - before.machine.capacity),
  };
}
