/**
 * The whole product against the usual receiver and two floors, in turn, on the same requests and the same Postgres.
 * See the README of this folder.
 */
import { join } from "node:path";
import { acknowledgedKeys, checkProduct, checkUsual } from "./check.ts";
import { createDeskTemplate, type Desk } from "./desk.ts";
import { createFolder } from "./folder.ts";
import { type Generator, type Report, startGenerator } from "./load.ts";
import { describeMachine } from "./machine.ts";
import { inQuiet, type Measured, measure, warmUp } from "./measure.ts";
import { readOptions } from "./options.ts";
import { createPayloads, createWorld, type Payloads } from "./payloads.ts";
import { type Databases, openClient, startDatabases } from "./postgres.ts";
import { describeProfile } from "./profile.ts";
import { subscribe } from "./subscriber.ts";
import { goalTable, median, number, table } from "./table.ts";
import { startTarget, type Target, type TargetName } from "./targets.ts";

const options = readOptions(
  process.argv.slice(2),
  { rounds: 3, seconds: 6, warmup: 3, connections: 64, requests: 300_000, rate: 1_000, patience: 0 },
  ["profile", "brief", "bursts"],
);
const TEMPLATE = "desk_template";
const titles: Record<TargetName, string> = {
  floor: "node:http that answers",
  "hmac-floor": "… and checks the HMAC",
  usual: "usual receiver",
  product: "Waystation, all of it",
};
const names = (Object.keys(titles) as TargetName[]).filter(
  (name) => !options.brief || name === "usual" || name === "product",
);

interface Setting {
  databases: Databases;
  generator: Generator;
  payloads: Payloads;
  desk: Desk;
  token: string;
  folder: string;
}

interface Result {
  closed: Measured;
  problems: string[];
}

/** Starts one target on an empty database of its own, runs `loads` against it, and checks what it stored. */
async function withTarget(
  setting: Setting,
  name: TargetName,
  load: (target: Target) => Promise<Report[]>,
): Promise<string[]> {
  const { databases, payloads, desk, token, folder } = setting;
  const isStoring = name === "usual" || name === "product";
  const database = `bench_${name}`;
  const url = isStoring ? await databases.create(database, name === "product" ? TEMPLATE : undefined) : "";
  await databases.settle();
  let reports: Report[];
  {
    await using target = await startTarget(
      name,
      name === "product" ? { DATABASE_URL: url, DATA_DIR: folder } : { DATABASE_URL: url, TOKEN: token },
      folder,
    );
    using _subscriber = name === "product" ? await subscribe(target.port, desk.cookie) : null;
    reports = await load(target);
  }
  const problems: string[] = [];
  for (const { statuses } of reports)
    for (const [status, count] of Object.entries(statuses))
      if (status !== "200") problems.push(`${count} answered ${status}`);
  if (!isStoring) return problems;
  {
    await using client = openClient(url);
    const check = name === "product" ? checkProduct : checkUsual;
    const query = (text: string) => client.sql.unsafe(text);
    problems.push(...(await check(query, acknowledgedKeys(payloads, ...reports))));
  }
  await databases.drop(database);
  return problems;
}

async function closedLoop(
  setting: Setting,
  name: TargetName,
  profile: string | null = null,
): Promise<Result> {
  const { generator, databases } = setting;
  let closed: Measured | undefined;
  const problems = await withTarget(setting, name, async (target) => {
    const isStoring = name === "usual" || name === "product";
    const { port } = target;
    const order = { port, connections: options.connections, rate: null, wrap: !isStoring };
    const warm = await warmUp(generator, { ...order, seconds: options.warmup, from: 0 });
    if (profile) await target.profile(profile);
    const rest = { ...order, seconds: options.seconds, from: warm.at(-1)?.next ?? 0 };
    closed = await measure(generator, target, isStoring ? databases : null, rest, options.bursts);
    if (profile) await target.profile(profile);
    return [...warm, closed];
  });
  if (!closed) throw new Error("Nothing was measured.");
  return { closed, problems };
}

async function openLoop(setting: Setting, name: TargetName): Promise<Result> {
  let measured: Measured | undefined;
  const problems = await withTarget(setting, name, async (target) => {
    const order = { port: target.port, connections: options.connections, rate: options.rate, wrap: false };
    const warm = await warmUp(setting.generator, { ...order, rate: null, seconds: options.warmup, from: 0 });
    const rest = { ...order, seconds: options.seconds, from: warm.at(-1)?.next ?? 0 };
    measured = await measure(setting.generator, target, setting.databases, rest, options.bursts);
    return [...warm, measured];
  });
  if (!measured) throw new Error("Nothing was measured.");
  return { closed: measured, problems };
}

function quietly(run: () => Promise<Result>): Promise<Result> {
  return inQuiet(options.patience, run, ({ closed: measured, problems }) =>
    problems.length > 0 ? 0 : measured.others,
  );
}

/** In another order each round, so that what the machine does meanwhile falls on everybody. */
function orderOf<Name>(all: Name[], round: number): Name[] {
  const turned = [...all.slice(round % all.length), ...all.slice(0, round % all.length)];
  return round % 2 ? turned.reverse() : turned;
}

using folder = createFolder();
console.log(`${describeMachine()}\n`);
const world = createWorld();
const payloads = createPayloads(world, options.requests);
await using databases = await startDatabases();
const loads = [{ world, outgoing: payloads.outgoing }];
const desk = await createDeskTemplate(databases, TEMPLATE, loads, folder.path);
await using generator = await startGenerator(payloads, folder.path);
const setting: Setting = { databases, generator, payloads, desk, token: world.token, folder: folder.path };

const closed = new Map<TargetName, Result[]>(names.map((name) => [name, []]));
const open = new Map<TargetName, Result[]>([
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
  console.log(`\n${describeProfile(file, profiled.answered)}`);
}

function describe({ closed: one, problems }: Result): string {
  return [
    `${number(one.requestsPerSecond).padStart(7)}/s`,
    `p99 ${number(one.p99, 1)} ms`,
    `CPU ${number(one.serverCpu)} + ${number(one.databaseCpu)} µs`,
    `generator ${number(one.generatorCpu)} µs`,
    `others ${number(one.others * 100)} %`,
    ...problems,
  ].join("  ");
}

const of = (name: TargetName, figure: (one: Measured) => number, from = closed) =>
  median((from.get(name) ?? []).map((result) => figure(result.closed)));
const spread = (name: TargetName) => {
  const rates = (closed.get(name) ?? []).map((result) => result.closed.requestsPerSecond);
  return `${number(of(name, (one) => one.requestsPerSecond))} (${number(Math.min(...rates))}–${number(Math.max(...rates))})`;
};

console.log(
  `\nClosed loop, ${options.connections} connections, median of ${options.rounds} × ${options.seconds} s\n${table(
    ["", "req/s (min–max)", "p50 ms", "p99 ms", "p999 ms", "server µs", "Postgres µs", "RSS MB", "others"],
    names.map((name) => [
      titles[name],
      spread(name),
      number(
        of(name, (one) => one.p50),
        1,
      ),
      number(
        of(name, (one) => one.p99),
        1,
      ),
      number(
        of(name, (one) => one.p999),
        1,
      ),
      number(of(name, (one) => one.serverCpu)),
      name.endsWith("floor") ? "–" : number(of(name, (one) => one.databaseCpu)),
      number(of(name, (one) => one.megabytes)),
      `${number(of(name, (one) => one.others * 100))} %`,
    ]),
  )}`,
);
console.log(
  `\nOpen loop, ${number(options.rate)} a second, latency from when due\n${table(
    ["", "p50 ms", "p99 ms", "p999 ms", "others"],
    [...open.keys()].map((name) => [
      titles[name],
      number(
        of(name, (one) => one.p50, open),
        1,
      ),
      number(
        of(name, (one) => one.p99, open),
        1,
      ),
      number(
        of(name, (one) => one.p999, open),
        1,
      ),
      `${number(of(name, (one) => one.others * 100, open))} %`,
    ]),
  )}`,
);

const ratio = (figure: (one: Measured) => number, to: TargetName) => of("product", figure) / of(to, figure);
console.log(
  `\n${goalTable([
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
      what: `p99 at ${number(options.rate)}/s`,
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
