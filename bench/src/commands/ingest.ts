/**
 * Compares the product with a tutorial-style receiver and two lower bounds, alternately, on the same requests and the same
 * Postgres. See the README of this folder.
 */
import { join } from "node:path";
import { type LoadGenerator, type LoadReport, startLoadGenerator } from "../load/load-generator.ts";
import { createBenchWorld, createWebhookPayloads, type WebhookPayloads } from "../load/payloads.ts";
import { subscribeToChanges } from "../load/subscriber.ts";
import { acknowledgedWebhookKeys, checkBaseline, checkWaystation } from "../measure/check-ledger.ts";
import { describeCpuProfile } from "../measure/cpu-profile.ts";
import { describeMachine } from "../measure/machine.ts";
import { type Measurement, measureQueries, runWhenIdle, warmUpQueries } from "../measure/measure.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatGoalTable, formatNumber, formatTable, medianOf } from "../measure/table.ts";
import { type BenchInstallation, createInstallationTemplate } from "../setup/bench-installation.ts";
import { type BenchDatabases, openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { type BenchTarget, type BenchTargetName, startBenchTarget } from "../setup/targets.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const options = parseBenchOptions(
  process.argv.slice(2),
  { rounds: 3, seconds: 6, warmup: 3, connections: 64, requests: 300_000, rate: 1_000, patience: 0 },
  ["profile", "brief", "bursts"],
);
const TEMPLATE = "desk_template";
const titles: Record<BenchTargetName, string> = {
  floor: "node:http that answers",
  "hmac-floor": "… and checks the HMAC",
  usual: "usual receiver",
  product: "Waystation, all of it",
};
const names = (Object.keys(titles) as BenchTargetName[]).filter(
  (name) => !options.brief || name === "usual" || name === "product",
);

interface Setting {
  databases: BenchDatabases;
  generator: LoadGenerator;
  payloads: WebhookPayloads;
  desk: BenchInstallation;
  token: string;
  folder: string;
}

interface Result {
  closed: Measurement;
  problems: string[];
}

/** Starts a target on its own empty database, runs `load` against it, and checks the stored events. */
async function withTarget(
  setting: Setting,
  name: BenchTargetName,
  load: (target: BenchTarget) => Promise<LoadReport[]>,
): Promise<string[]> {
  const { databases, payloads, desk, token, folder } = setting;
  const isStoring = name === "usual" || name === "product";
  const database = `bench_${name}`;
  const url = isStoring ? await databases.create(database, name === "product" ? TEMPLATE : undefined) : "";
  await databases.settle();
  let reports: LoadReport[];
  {
    await using target = await startBenchTarget(
      name,
      name === "product" ? { DATABASE_URL: url, DATA_DIR: folder } : { DATABASE_URL: url, TOKEN: token },
      folder,
    );
    using _subscriber = name === "product" ? await subscribeToChanges(target.port, desk.cookie) : null;
    reports = await load(target);
  }
  const problems: string[] = [];
  for (const { statuses } of reports)
    for (const [status, count] of Object.entries(statuses))
      if (status !== "200") problems.push(`${count} answered ${status}`);
  if (!isStoring) return problems;
  {
    await using client = openBenchClient(url);
    const check = name === "product" ? checkWaystation : checkBaseline;
    const query = (text: string) => client.sql.unsafe(text);
    problems.push(...(await check(query, acknowledgedWebhookKeys(payloads, ...reports))));
  }
  await databases.drop(database);
  return problems;
}

async function closedLoop(
  setting: Setting,
  name: BenchTargetName,
  profile: string | null = null,
): Promise<Result> {
  const { generator, databases } = setting;
  let closed: Measurement | undefined;
  const problems = await withTarget(setting, name, async (target) => {
    const isStoring = name === "usual" || name === "product";
    const { port } = target;
    const order = { port, connections: options.connections, rate: null, wrap: !isStoring };
    const warm = await warmUpQueries(generator, { ...order, seconds: options.warmup, from: 0 });
    if (profile) await target.profile(profile);
    const rest = { ...order, seconds: options.seconds, from: warm.at(-1)?.next ?? 0 };
    closed = await measureQueries(generator, target, isStoring ? databases : null, rest, options.bursts);
    if (profile) await target.profile(profile);
    return [...warm, closed];
  });
  if (!closed) throw new Error("Nothing was measured.");
  return { closed, problems };
}

async function openLoop(setting: Setting, name: BenchTargetName): Promise<Result> {
  let measured: Measurement | undefined;
  const problems = await withTarget(setting, name, async (target) => {
    const order = { port: target.port, connections: options.connections, rate: options.rate, wrap: false };
    const warm = await warmUpQueries(setting.generator, {
      ...order,
      rate: null,
      seconds: options.warmup,
      from: 0,
    });
    const rest = { ...order, seconds: options.seconds, from: warm.at(-1)?.next ?? 0 };
    measured = await measureQueries(setting.generator, target, setting.databases, rest, options.bursts);
    return [...warm, measured];
  });
  if (!measured) throw new Error("Nothing was measured.");
  return { closed: measured, problems };
}

function quietly(run: () => Promise<Result>): Promise<Result> {
  return runWhenIdle(options.patience, run, ({ closed: measured, problems }) =>
    problems.length > 0 ? 0 : measured.others,
  );
}

/** Rotates and reverses the order each round, so that background activity on the machine affects all targets alike. */
function orderOf<Name>(all: Name[], round: number): Name[] {
  const turned = [...all.slice(round % all.length), ...all.slice(0, round % all.length)];
  return round % 2 ? turned.reverse() : turned;
}

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const world = createBenchWorld();
const payloads = createWebhookPayloads(world, options.requests);
await using databases = await startBenchDatabases();
const loads = [{ world, outgoing: payloads.outgoing }];
const desk = await createInstallationTemplate(databases, TEMPLATE, loads, folder.path);
await using generator = await startLoadGenerator(payloads, folder.path);
const setting: Setting = { databases, generator, payloads, desk, token: world.token, folder: folder.path };

const closed = new Map<BenchTargetName, Result[]>(names.map((name) => [name, []]));
const open = new Map<BenchTargetName, Result[]>([
  ["usual", []],
  ["product", []],
]);
for (let round = 0; round < options.rounds; round++) {
  for (const name of orderOf(names, round)) {
    const result = await quietly(() => closedLoop(setting, name));
    closed.get(name)?.push(result);
    console.log(`round ${round + 1}  ${titles[name].padEnd(24)}${describe(result)}`);
  }
  for (const name of orderOf([...open.keys()], round)) {
    const result = await quietly(() => openLoop(setting, name));
    open.get(name)?.push(result);
    console.log(`round ${round + 1}  ${`${titles[name]}, open`.padEnd(28)}${describe(result)}`);
  }
}
if (options.profile) {
  const file = join(folder.path, "product.cpuprofile");
  const { closed: profiled } = await closedLoop(setting, "product", file);
  console.log(`\n${describeCpuProfile(file, profiled.answered)}`);
}

function describe({ closed: one, problems }: Result): string {
  return [
    `${formatNumber(one.requestsPerSecond).padStart(7)}/s`,
    `p99 ${formatNumber(one.p99, 1)} ms`,
    `CPU ${formatNumber(one.serverCpu)} + ${formatNumber(one.databaseCpu)} µs`,
    `generator ${formatNumber(one.generatorCpu)} µs`,
    `others ${formatNumber(one.others * 100)} %`,
    ...problems,
  ].join("  ");
}

const of = (name: BenchTargetName, figure: (one: Measurement) => number, from = closed) =>
  medianOf((from.get(name) ?? []).map((result) => figure(result.closed)));
const spread = (name: BenchTargetName) => {
  const rates = (closed.get(name) ?? []).map((result) => result.closed.requestsPerSecond);
  return `${formatNumber(of(name, (one) => one.requestsPerSecond))} (${formatNumber(Math.min(...rates))}–${formatNumber(Math.max(...rates))})`;
};

console.log(
  `\nClosed loop, ${options.connections} connections, median of ${options.rounds} × ${options.seconds} s\n${formatTable(
    ["", "req/s (min–max)", "p50 ms", "p99 ms", "p999 ms", "server µs", "Postgres µs", "RSS MB", "others"],
    names.map((name) => [
      titles[name],
      spread(name),
      formatNumber(
        of(name, (one) => one.p50),
        1,
      ),
      formatNumber(
        of(name, (one) => one.p99),
        1,
      ),
      formatNumber(
        of(name, (one) => one.p999),
        1,
      ),
      formatNumber(of(name, (one) => one.serverCpu)),
      name.endsWith("floor") ? "–" : formatNumber(of(name, (one) => one.databaseCpu)),
      formatNumber(of(name, (one) => one.megabytes)),
      `${formatNumber(of(name, (one) => one.others * 100))} %`,
    ]),
  )}`,
);
console.log(
  `\nOpen loop, ${formatNumber(options.rate)} a second, latency from when due\n${formatTable(
    ["", "p50 ms", "p99 ms", "p999 ms", "others"],
    [...open.keys()].map((name) => [
      titles[name],
      formatNumber(
        of(name, (one) => one.p50, open),
        1,
      ),
      formatNumber(
        of(name, (one) => one.p99, open),
        1,
      ),
      formatNumber(
        of(name, (one) => one.p999, open),
        1,
      ),
      `${formatNumber(of(name, (one) => one.others * 100, open))} %`,
    ]),
  )}`,
);

const ratio = (figure: (one: Measurement) => number, to: BenchTargetName) =>
  of("product", figure) / of(to, figure);
console.log(
  `\n${formatGoalTable([
    {
      what: "requests/s against the usual receiver",
      value: ratio((one) => one.requestsPerSecond, "usual"),
      atLeast: 2,
    },
    {
      what: "CPU a request, server and Postgres, against it",
      value: ratio((one) => one.serverCpu + one.databaseCpu, "usual"),
      atMost: 0.5,
    },
    {
      what: "requests/s against the HMAC floor",
      value: ratio((one) => one.requestsPerSecond, "hmac-floor"),
      atLeast: 0.45,
    },
    { what: "p99 against the usual receiver's", value: ratio((one) => one.p99, "usual"), atMost: 0.55 },
    {
      what: "memory against the usual receiver's",
      value: ratio((one) => one.megabytes, "usual"),
      atMost: 0.8,
    },
    {
      what: `p99 at ${formatNumber(options.rate)}/s`,
      value: of("product", (one) => one.p99, open),
      atMost: 8,
      unit: "ms",
    },
  ])}`,
);

const problems = [...closed, ...open].flatMap(([name, results]) =>
  results.flatMap((result) => result.problems.map((problem) => `${titles[name]}: ${problem}`)),
);
console.log(
  problems.length === 0
    ? "\nEverything that was acknowledged is stored, once, and nothing else is."
    : `\nWRONG: ${problems.join("; ")}`,
);
if (problems.length > 0) process.exitCode = 1;
