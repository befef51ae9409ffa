import type { Generator, Order, Report } from "./load.ts";
import { cpuOf, cpuOfFamily, cpuOfMachine, residentMegabytes } from "./machine.ts";

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
