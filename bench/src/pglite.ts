/** The embedded database, which is what one starts with, under the same load as the others. */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openEmbedded } from "@waystation/db/client";
import { acknowledgedKeys, checkProduct } from "./check.ts";
import { furnish, setUp } from "./desk.ts";
import { createFolder } from "./folder.ts";
import { type Report, startGenerator } from "./load.ts";
import { describeMachine } from "./machine.ts";
import { awaitQuiet, type Measured, measure, warmUp } from "./measure.ts";
import { readOptions } from "./options.ts";
import { createPayloads, createWorld } from "./payloads.ts";
import { startDatabases } from "./postgres.ts";
import { median, number, table } from "./table.ts";
import { startTarget } from "./targets.ts";

const options = readOptions(process.argv.slice(2), {
  rounds: 3,
  seconds: 6,
  warmup: 3,
  connections: 64,
  requests: 150_000,
  patience: 0,
});

using folder = createFolder();
console.log(`${describeMachine()}\n`);
const world = createWorld();
const payloads = createPayloads(world, options.requests);
const template = join(folder.path, "template");
await makeTemplate();
await using databases = await startDatabases();
await using generator = await startGenerator(payloads, folder.path);

const embedded: Measured[] = [];
const usual: Measured[] = [];
const problems: string[] = [];
for (let round = 0; round < options.rounds; round++)
  for (const runOne of round % 2 ? [runUsual, runEmbedded] : [runEmbedded, runUsual]) await runOne(round);

const of = (list: Measured[], figure: (one: Measured) => number) => median(list.map(figure));
console.log(
  `\n${table(
    ["", "req/s", "p50 ms", "p99 ms", "CPU µs", "RSS MB"],
    (
      [
        ["usual receiver on Postgres", usual],
        ["Waystation, embedded database", embedded],
      ] as const
    ).map(([name, list]) => [
      name,
      number(of(list, (one) => one.requestsPerSecond)),
      number(
        of(list, (one) => one.p50),
        1,
      ),
      number(
        of(list, (one) => one.p99),
        1,
      ),
      number(of(list, (one) => one.serverCpu + one.databaseCpu)),
      number(of(list, (one) => one.megabytes)),
    ]),
  )}\n`,
);
const rate = (one: Measured) => one.requestsPerSecond;
console.log(
  `Requests a second against the usual receiver on Postgres: ${number(of(embedded, rate) / of(usual, rate), 2)} ×`,
);
console.log(
  problems.length === 0
    ? "\nEverything that was acknowledged is stored, once, and nothing else is."
    : `\nWRONG: ${problems.join("; ")}`,
);
if (problems.length > 0) process.exitCode = 1;

async function makeTemplate(): Promise<void> {
  mkdirSync(template);
  let desk: Awaited<ReturnType<typeof setUp>>;
  {
    await using product = await startTarget("product", { DATA_DIR: template }, folder.path);
    desk = await setUp(product.port);
  }
  const store = await openEmbedded(join(template, "postgres"));
  try {
    await furnish((text, parameters) => store.query(text, parameters), desk, world, payloads.outgoing);
    await store.query("analyze", []);
  } finally {
    await store.close();
  }
}

async function load(name: "product" | "usual", environment: Record<string, string>) {
  await awaitQuiet(options.patience);
  await using target = await startTarget(name, environment, folder.path);
  const order = { port: target.port, connections: options.connections, rate: null, wrap: false, from: 0 };
  const warm = await warmUp(generator, { ...order, seconds: options.warmup });
  const measured = await measure(generator, target, name === "usual" ? databases : null, {
    ...order,
    seconds: options.seconds,
    from: warm.at(-1)?.next ?? 0,
  });
  return { measured, reports: [...warm, measured] as Report[] };
}

async function runEmbedded(round: number): Promise<void> {
  const place = join(folder.path, `desk-${round}`);
  cpSync(template, place, { recursive: true });
  const { measured, reports } = await load("product", { DATA_DIR: place });
  embedded.push(measured);
  for (const { statuses } of reports)
    for (const [status, count] of Object.entries(statuses))
      if (status !== "200") problems.push(`${count} answered ${status}`);
  const store = await openEmbedded(join(place, "postgres"));
  try {
    problems.push(
      ...(await checkProduct((text) => store.query(text, []), acknowledgedKeys(payloads, ...reports))),
    );
  } finally {
    await store.close();
  }
  say(round, "Waystation, embedded database", measured);
}

async function runUsual(round: number): Promise<void> {
  const url = await databases.create("bench_usual");
  await databases.settle();
  const { measured } = await load("usual", { DATABASE_URL: url, TOKEN: world.token });
  usual.push(measured);
  await databases.drop("bench_usual");
  say(round, "usual receiver on Postgres", measured);
}

function say(round: number, name: string, one: Measured): void {
  console.log(
    `round ${round + 1}  ${name}  ${number(one.requestsPerSecond)}/s  p99 ${number(one.p99, 1)} ms  CPU ${number(one.serverCpu + one.databaseCpu)} µs  others ${number(one.others * 100)} %`,
  );
}
