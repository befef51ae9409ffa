/** Compares the embedded database, the default of a new installation, with the tutorial-style receiver on Postgres. */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openEmbeddedDatabase } from "@waystation/db/client";
import { type LoadReport, startLoadGenerator } from "../load/load-generator.ts";
import { createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { acknowledgedWebhookKeys, checkWaystation } from "../measure/check-ledger.ts";
import { describeMachine } from "../measure/machine.ts";
import { awaitIdleMachine, type Measurement, measureQueries, warmUpQueries } from "../measure/measure.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatNumber, formatTable, medianOf } from "../measure/table.ts";
import { seedBenchInstallation, setUpBenchInstallation } from "../setup/bench-installation.ts";
import { startBenchDatabases } from "../setup/postgres.ts";
import { startBenchTarget } from "../setup/targets.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const options = parseBenchOptions(process.argv.slice(2), {
  rounds: 3,
  seconds: 6,
  warmup: 3,
  connections: 64,
  requests: 150_000,
  patience: 0,
});

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const world = createBenchWorld();
const payloads = createWebhookPayloads(world, options.requests);
const template = join(folder.path, "template");
await makeTemplate();
await using databases = await startBenchDatabases();
await using generator = await startLoadGenerator(payloads, folder.path);

const embedded: Measurement[] = [];
const usual: Measurement[] = [];
const problems: string[] = [];
for (let round = 0; round < options.rounds; round++)
  for (const runOne of round % 2 ? [runUsual, runEmbedded] : [runEmbedded, runUsual]) await runOne(round);

const of = (list: Measurement[], figure: (one: Measurement) => number) => medianOf(list.map(figure));
console.log(
  `\n${formatTable(
    ["", "req/s", "p50 ms", "p99 ms", "CPU µs", "RSS MB"],
    (
      [
        ["usual receiver on Postgres", usual],
        ["Waystation, embedded database", embedded],
      ] as const
    ).map(([name, list]) => [
      name,
      formatNumber(of(list, (one) => one.requestsPerSecond)),
      formatNumber(
        of(list, (one) => one.p50),
        1,
      ),
      formatNumber(
        of(list, (one) => one.p99),
        1,
      ),
      formatNumber(of(list, (one) => one.serverCpu + one.databaseCpu)),
      formatNumber(of(list, (one) => one.megabytes)),
    ]),
  )}\n`,
);
const rate = (one: Measurement) => one.requestsPerSecond;
console.log(
  `Requests a second against the usual receiver on Postgres: ${formatNumber(of(embedded, rate) / of(usual, rate), 2)} ×`,
);
console.log(
  problems.length === 0
    ? "\nEverything that was acknowledged is stored, once, and nothing else is."
    : `\nWRONG: ${problems.join("; ")}`,
);
if (problems.length > 0) process.exitCode = 1;

async function makeTemplate(): Promise<void> {
  mkdirSync(template);
  let desk: Awaited<ReturnType<typeof setUpBenchInstallation>>;
  {
    await using product = await startBenchTarget("product", { DATA_DIR: template }, folder.path);
    desk = await setUpBenchInstallation(product.port);
  }
  const store = await openEmbeddedDatabase(join(template, "postgres"));
  try {
    await seedBenchInstallation(
      (text, parameters) => store.query(text, parameters),
      desk,
      world,
      payloads.outgoing,
    );
    await store.query("analyze", []);
  } finally {
    await store.close();
  }
}

async function load(name: "product" | "usual", environment: Record<string, string>) {
  await awaitIdleMachine(options.patience);
  await using target = await startBenchTarget(name, environment, folder.path);
  const order = { port: target.port, connections: options.connections, rate: null, wrap: false, from: 0 };
  const warm = await warmUpQueries(generator, { ...order, seconds: options.warmup });
  const measured = await measureQueries(generator, target, name === "usual" ? databases : null, {
    ...order,
    seconds: options.seconds,
    from: warm.at(-1)?.next ?? 0,
  });
  return { measured, reports: [...warm, measured] as LoadReport[] };
}

async function runEmbedded(round: number): Promise<void> {
  const place = join(folder.path, `desk-${round}`);
  cpSync(template, place, { recursive: true });
  const { measured, reports } = await load("product", { DATA_DIR: place });
  embedded.push(measured);
  for (const { statuses } of reports)
    for (const [status, count] of Object.entries(statuses))
      if (status !== "200") problems.push(`${count} answered ${status}`);
  const store = await openEmbeddedDatabase(join(place, "postgres"));
  try {
    problems.push(
      ...(await checkWaystation(
        (text) => store.query(text, []),
        acknowledgedWebhookKeys(payloads, ...reports),
      )),
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

function say(round: number, name: string, one: Measurement): void {
  console.log(
    `round ${round + 1}  ${name}  ${formatNumber(one.requestsPerSecond)}/s  p99 ${formatNumber(one.p99, 1)} ms  CPU ${formatNumber(one.serverCpu + one.databaseCpu)} µs  others ${formatNumber(one.others * 100)} %`,
  );
}
