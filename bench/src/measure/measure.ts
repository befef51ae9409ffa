import { setTimeout as sleep } from "node:timers/promises";
import { runInBursts } from "../load/bursts.ts";
import type { LoadGenerator, LoadOrder, LoadReport } from "../load/load-generator.ts";
import { machineCpuTime, processCpuTime, processTreeCpuTime, residentMegabytes } from "./machine.ts";

const WARM_REQUESTS = 60_000;
const WARM_AT_MOST_S = 30;

/**
 * Warms up the JIT compiler. Runs for the given time and a minimum number of requests, which takes longer on a busy machine.
 */
export async function warmUpQueries(generator: LoadGenerator, order: LoadOrder): Promise<LoadReport[]> {
  const reports: LoadReport[] = [];
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

/** Waits until other processes use little CPU, for at most `seconds`. */
export async function awaitIdleMachine(seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    const before = machineCpuTime();
    await sleep(2_000);
    const after = machineCpuTime();
    if (!((after.used - before.used) / (after.capacity - before.capacity) > QUIET)) return;
  }
}

/** Runs the measurement while the machine is idle. Repeats it until the time limit if other processes ran. */
export async function runWhenIdle<Result>(
  seconds: number,
  run: () => Promise<Result>,
  othersOf: (result: Result) => number,
): Promise<Result> {
  const end = performance.now() + seconds * 1_000;
  for (;;) {
    await awaitIdleMachine((end - performance.now()) / 1_000);
    const result = await run();
    if (!(othersOf(result) > QUIET) || performance.now() > end) return result;
  }
}

export interface Measurement extends LoadReport {
  requestsPerSecond: number;
  serverCpu: number;
  databaseCpu: number;
  generatorCpu: number;
  megabytes: number;
  /** Share of the machine's CPU used by other processes. */
  others: number;
}

/** Measures one load, including CPU time per request in µs for each process. */
export async function measureQueries(
  generator: LoadGenerator,
  server: { pid: number },
  database: { pid: number } | null,
  order: LoadOrder,
  inBursts = false,
): Promise<Measurement> {
  const read = () => {
    const { used, capacity } = machineCpuTime();
    return {
      used,
      capacity,
      server: processCpuTime(server.pid),
      database: database ? processTreeCpuTime(database.pid) : 0,
      generator: processCpuTime(generator.pid),
      own: processCpuTime(process.pid),
    };
  };
  type Readings = ReturnType<typeof read>;
  const spent: Readings = { used: 0, capacity: 0, server: 0, database: 0, generator: 0, own: 0 };
  let begun = spent;
  const before = () => {
    begun = read();
  };
  const after = () => {
    const ended = read();
    for (const name of Object.keys(spent) as (keyof Readings)[]) spent[name] += ended[name] - begun[name];
  };
  let megabytes = 0;
  const sampler = setInterval(() => {
    megabytes = Math.max(megabytes, residentMegabytes(server.pid));
  }, 250);
  let report: LoadReport;
  try {
    if (inBursts) report = await runInBursts(generator, server, database, order, { before, after });
    else {
      before();
      report = await generator.run(order);
      after();
    }
  } finally {
    clearInterval(sampler);
  }
  const ours = spent.server + spent.database + spent.generator + spent.own;
  return {
    ...report,
    requestsPerSecond: report.answered / report.seconds,
    serverCpu: spent.server / report.answered,
    databaseCpu: spent.database / report.answered,
    generatorCpu: spent.generator / report.answered,
    megabytes: Math.max(megabytes, residentMegabytes(server.pid)),
    others: (spent.used - ours) / spent.capacity,
  };
}
