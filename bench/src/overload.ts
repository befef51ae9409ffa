/**
 * One account sends three times of what can be stored, another a little: who is refused, how soon, what is still stored,
 * and how long it takes until all is as before. The database is slowed down, so that it is the bottleneck on any machine.
 */
import { acknowledgedKeys, compareKeys, storedEvents } from "./check.ts";
import { createDeskTemplate } from "./desk.ts";
import { createFolder } from "./folder.ts";
import { type Report, startGenerator } from "./load.ts";
import { describeMachine } from "./machine.ts";
import { awaitQuiet } from "./measure.ts";
import { readOptions } from "./options.ts";
import { createPayloads, createWorld } from "./payloads.ts";
import { openClient, startDatabases } from "./postgres.ts";
import { goalTable, number, table } from "./table.ts";
import { startTarget } from "./targets.ts";

const TEMPLATE = "desk_template";
const options = readOptions(process.argv.slice(2), {
  seconds: 10,
  warmup: 4,
  connections: 4_000,
  quiet: 50,
  /** What each commit is made to take, in ms. */
  slow: 80,
  requests: 300_000,
  patience: 0,
});
/** Quiet as before: so much slower than then is still the same. */
const AS_BEFORE = 1.25;

using folder = createFolder();
console.log(`${describeMachine()}\n`);
const [noisy, quiet] = [createWorld(0), createWorld(1)];
const [many, few] = [createPayloads(noisy, options.requests), createPayloads(quiet, 20_000)];
await using databases = await startDatabases();
await createDeskTemplate(
  databases,
  TEMPLATE,
  [
    { world: noisy, outgoing: many.outgoing },
    { world: quiet, outgoing: few.outgoing },
  ],
  folder.path,
);
{
  await using client = openClient(databases.urlOf(TEMPLATE));
  await client.sql.unsafe(`
    create function slow() returns trigger language plpgsql as
      $$ begin perform pg_sleep(${options.slow / 1_000}); return null; end $$;
    create trigger slow after insert on connection_hours for each statement execute function slow()`);
}
await using noisyGenerator = await startGenerator(many, folder.path);
await using quietGenerator = await startGenerator(few, folder.path);
const url = await databases.create("bench_overload", TEMPLATE);
await databases.settle();
await awaitQuiet(options.patience);

const noisyReports: Report[] = [];
const quietReports: Report[] = [];
let capacity = 0;
let goodput = 0;
let recovery = Number.POSITIVE_INFINITY;
let overloaded: Report | undefined;
let beside: Report | undefined;
{
  await using target = await startTarget(
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
  table(
    ["", "sent/s", "stored/s", "refused", "p50 ms", "p99 ms", "rejections' p99 ms"],
    (
      [
        ["noisy account", overloaded],
        ["quiet account", beside],
      ] as const
    ).map(([name, report]) => [
      name,
      number(report.answered / report.seconds),
      number((report.statuses["200"] ?? 0) / report.seconds),
      number(report.answered - (report.statuses["200"] ?? 0)),
      number(report.p50, 1),
      number(report.p99, 1),
      number(report.refusalP99, 1),
    ]),
  ),
);
console.log(
  `\nCapacity ${number(capacity)}/s with a database that takes ${number(options.slow)} ms a commit.\n\n${goalTable(
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
const odd = (report: Report) =>
  Object.keys(report.statuses).filter((status) => status !== "200" && status !== "503");
for (const report of [...noisyReports, ...quietReports])
  for (const status of odd(report)) problems.push(`${report.statuses[status]} answered ${status}`);
{
  await using client = openClient(url);
  const stored = await storedEvents((text) => client.sql.unsafe(text));
  const acknowledged = new Set([
    ...acknowledgedKeys(many, ...noisyReports),
    ...acknowledgedKeys(few, ...quietReports),
  ]);
  problems.push(
    ...compareKeys(
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
