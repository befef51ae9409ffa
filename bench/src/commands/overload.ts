/**
 * One account sends three times the capacity, another account a little. Measures which webhooks are rejected and how fast, the
 * throughput, and the recovery time. The database is slowed down to be the bottleneck on any machine.
 */

import { type LoadReport, startLoadGenerator } from "../load/load-generator.ts";
import { createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { acknowledgedWebhookKeys, compareWebhookKeys, countStoredEvents } from "../measure/check-ledger.ts";
import { describeMachine } from "../measure/machine.ts";
import { awaitIdleMachine } from "../measure/measure.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatGoalTable, formatNumber, formatTable } from "../measure/table.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { startBenchTarget } from "../setup/targets.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const TEMPLATE = "desk_template";
const options = parseBenchOptions(process.argv.slice(2), {
  seconds: 10,
  warmup: 4,
  connections: 4_000,
  quiet: 50,
  /** Artificial delay of each commit, in ms. */
  slow: 80,
  requests: 300_000,
  patience: 0,
});
/** Latencies up to this multiple of the initial ones count as recovered. */
const AS_BEFORE = 1.25;

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const [noisy, quiet] = [createBenchWorld(0), createBenchWorld(1)];
const [many, few] = [createWebhookPayloads(noisy, options.requests), createWebhookPayloads(quiet, 20_000)];
await using databases = await startBenchDatabases();
await createInstallationTemplate(
  databases,
  TEMPLATE,
  [
    { world: noisy, outgoing: many.outgoing },
    { world: quiet, outgoing: few.outgoing },
  ],
  folder.path,
);
{
  await using client = openBenchClient(databases.urlOf(TEMPLATE));
  await client.sql.unsafe(`
    create function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(${options.slow / 1_000}); return null; end $$;
    create trigger slow after insert on connection_hours for each statement execute function slow()`);
}
await using noisyGenerator = await startLoadGenerator(many, folder.path);
await using quietGenerator = await startLoadGenerator(few, folder.path);
const url = await databases.create("bench_overload", TEMPLATE);
await databases.settle();
await awaitIdleMachine(options.patience);

const noisyReports: LoadReport[] = [];
const quietReports: LoadReport[] = [];
let capacity = 0;
let goodput = 0;
let recovery = Number.POSITIVE_INFINITY;
let overloaded: LoadReport | undefined;
let beside: LoadReport | undefined;
{
  await using target = await startBenchTarget(
    "product",
    { DATABASE_URL: url, DATA_DIR: folder.path },
    folder.path,
  );
  const send = async (order: { connections: number; seconds: number; rate: number | null }) => {
    const from = noisyReports.at(-1)?.next ?? 0;
    const report = await noisyGenerator.run({ port: target.port, wrap: false, from, ...order });
    noisyReports.push(report);
    return report;
  };
  const sendBeside = async (seconds: number) => {
    const from = quietReports.at(-1)?.next ?? 0;
    const order = { port: target.port, wrap: false, from, connections: 16, rate: options.quiet, seconds };
    const report = await quietGenerator.run(order);
    quietReports.push(report);
    return report;
  };
  await send({ connections: 256, seconds: options.warmup, rate: null });
  await sendBeside(1);
  const usual = () => send({ connections: 64, seconds: 0.5, rate: capacity / 4 });
  const full = await send({ connections: 512, seconds: options.warmup, rate: null });
  capacity = full.answered / full.seconds;
  const before: number[] = [];
  for (let n = 0; n < 6; n++) before.push((await usual()).p99);
  const normal = Math.max(...before) * AS_BEFORE;
  [overloaded, beside] = await Promise.all([
    send({ connections: options.connections, seconds: options.seconds, rate: capacity * 3 }),
    sendBeside(options.seconds),
  ]);
  goodput = (overloaded.statuses["200"] ?? 0) / overloaded.seconds;
  const end = performance.now();
  while (performance.now() - end < 20_000) {
    const begun = performance.now();
    const after = await usual();
    if (Object.keys(after.statuses).join() === "200" && after.p99 <= normal) {
      recovery = (begun - end) / 1_000;
      break;
    }
  }
}

console.log(
  formatTable(
    ["", "sent/s", "stored/s", "refused", "p50 ms", "p99 ms", "rejections' p99 ms"],
    (
      [
        ["noisy account", overloaded],
        ["quiet account", beside],
      ] as const
    ).map(([name, report]) => [
      name,
      formatNumber(report.answered / report.seconds),
      formatNumber((report.statuses["200"] ?? 0) / report.seconds),
      formatNumber(report.answered - (report.statuses["200"] ?? 0)),
      formatNumber(report.p50, 1),
      formatNumber(report.p99, 1),
      formatNumber(report.refusalP99, 1),
    ]),
  ),
);
console.log(
  `\nCapacity ${formatNumber(capacity)}/s with a database that takes ${formatNumber(options.slow)} ms a commit.\n\n${formatGoalTable(
    [
      { what: "goodput at three times the load, of capacity", value: goodput / capacity, atLeast: 0.8 },
      { what: "rejections, p99", value: overloaded.refusalP99, atMost: 50, unit: "ms" },
      {
        what: "rejections of the quiet account",
        value: beside.answered - (beside.statuses["200"] ?? 0),
        atMost: 0,
        unit: "",
      },
      { what: "the quiet account's p99", value: beside.p99, atMost: 250, unit: "ms" },
      { what: "back to normal after", value: recovery, atMost: 5, unit: "s" },
    ],
  )}`,
);

const problems: string[] = [];
const odd = (report: LoadReport) =>
  Object.keys(report.statuses).filter((status) => status !== "200" && status !== "503");
for (const report of [...noisyReports, ...quietReports])
  for (const status of odd(report)) problems.push(`${report.statuses[status]} answered ${status}`);
{
  await using client = openBenchClient(url);
  const stored = await countStoredEvents((text) => client.sql.unsafe(text));
  const acknowledged = new Set([
    ...acknowledgedWebhookKeys(many, ...noisyReports),
    ...acknowledgedWebhookKeys(few, ...quietReports),
  ]);
  problems.push(
    ...compareWebhookKeys(
      acknowledged,
      stored.map(({ key }) => key),
    ),
  );
}
console.log(
  problems.length === 0
    ? "\nEverything that was acknowledged is stored, once, and nothing else is."
    : `\nWRONG: ${problems.join("; ")}`,
);
if (problems.length > 0) process.exitCode = 1;
