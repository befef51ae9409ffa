/** What many open consoles cost the server while webhooks come in, and how soon they hear of one. */
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { addSessions } from "@waystation/server/sessions-testing";
import { STREAMS_PER_SESSION } from "@waystation/server/stream-limits";
import { createDeskTemplate } from "./desk.ts";
import { AUTH_SECRET } from "./environment.ts";
import { createFolder } from "./folder.ts";
import type { Heard, ListenOrder } from "./listeners.ts";
import { ask, endChild, startGenerator } from "./load.ts";
import { cpuOf, describeMachine } from "./machine.ts";
import { awaitQuiet, measure, warmUp } from "./measure.ts";
import { readOptions } from "./options.ts";
import { createPayloads, createWorld, PUBLIC_URL } from "./payloads.ts";
import { openClient, startDatabases } from "./postgres.ts";
import { goalTable, median, number, table } from "./table.ts";
import { startTarget } from "./targets.ts";

const TEMPLATE = "desk_template";
const options = readOptions(process.argv.slice(2), {
  clients: 200,
  rate: 500,
  seconds: 6,
  warmup: 2,
  rounds: 3,
  requests: 120_000,
  patience: 0,
});

using folder = createFolder();
console.log(`${describeMachine()}\n`);
const world = createWorld();
const payloads = createPayloads(world, options.requests);
await using databases = await startDatabases();
const desk = await createDeskTemplate(
  databases,
  TEMPLATE,
  [{ world, outgoing: payloads.outgoing }],
  folder.path,
);
const cookies = await (async () => {
  await using client = openClient(databases.urlOf(TEMPLATE));
  return addSessions(
    (text, parameters) => client.sql.unsafe(text, parameters as never[], { prepare: false }),
    Math.ceil(options.clients / STREAMS_PER_SESSION),
    { organizationId: desk.organizationId, secret: AUTH_SECRET, publicUrl: PUBLIC_URL },
  );
})();
await using generator = await startGenerator(payloads, folder.path);

interface Figure {
  /** Share of a core. */
  core: number;
  notices: number;
  others: number;
}

async function listenWith(clients: number, port: number) {
  const child = fork(fileURLToPath(new URL("./listeners.ts", import.meta.url)), {
    serialization: "advanced",
  });
  const order: ListenOrder = { port, cookies, count: clients };
  await ask(child, { listen: order });
  const hear = () => ask(child, { tell: true }) as Promise<Heard>;
  for (let heard = await hear(); heard.open < clients; heard = await hear()) await sleep(50);
  return { hear, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => endChild(child) };
}

async function run(clients: number): Promise<{ storm: Figure; soon: number[] }> {
  const url = await databases.create("bench_sse", TEMPLATE);
  await databases.settle();
  await awaitQuiet(options.patience);
  const result = await (async () => {
    await using target = await startTarget(
      "product",
      { DATABASE_URL: url, DATA_DIR: folder.path },
      folder.path,
    );
    const order = { port: target.port, connections: 32, rate: null, from: 0, wrap: false };
    const warm = await warmUp(generator, { ...order, seconds: options.warmup });
    await using listeners = await listenWith(clients, target.port);
    await sleep(500);
    await listeners.hear();
    let from = warm.at(-1)?.next ?? 0;
    const before = cpuOf(target.pid);
    const storm = await measure(generator, target, databases, {
      ...order,
      rate: options.rate,
      seconds: options.seconds,
      from,
    });
    const core = (cpuOf(target.pid) - before) / (storm.seconds * 1e6);
    const { notices } = await listeners.hear();
    from = storm.next;
    // One at a time: nothing is told together with something else.
    const soon: number[] = [];
    for (let turn = 0; turn < options.seconds * 5; turn++) {
      await sleep(100);
      await listeners.hear();
      const sent = performance.timeOrigin + performance.now();
      const { next } = await generator.run({ ...order, connections: 1, seconds: 60, from, limit: 1 });
      from = next;
      await sleep(60);
      for (const moment of (await listeners.hear()).moments) soon.push(moment - sent);
    }
    return { storm: { core, notices: notices / storm.seconds, others: storm.others }, soon };
  })();
  await databases.drop("bench_sse");
  return result;
}

const without: Figure[] = [];
const withThem: Figure[] = [];
const soon: number[] = [];
for (let round = 0; round < options.rounds; round++)
  for (const clients of round % 2 ? [options.clients, 0] : [0, options.clients]) {
    const result = await run(clients);
    (clients === 0 ? without : withThem).push(result.storm);
    soon.push(...result.soon);
    const { core, notices, others } = result.storm;
    console.log(
      `round ${round + 1}  ${clients} clients  server ${number(core * 100, 1)} % of a core  ${number(notices)} notices/s  others ${number(others * 100)} %`,
    );
  }
const core = (figures: Figure[]) => median(figures.map((figure) => figure.core));
const sorted = soon.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
console.log(
  `\n${table(
    ["", "server, share of a core", "notices/s"],
    [
      ["no client", `${number(core(without) * 100, 1)} %`, "–"],
      [
        `${options.clients} clients`,
        `${number(core(withThem) * 100, 1)} %`,
        number(median(withThem.map((figure) => figure.notices))),
      ],
    ],
  )}\n`,
);
console.log(
  goalTable([
    {
      what: `what ${options.clients} clients cost at ${options.rate} webhooks/s`,
      value: (core(withThem) - core(without)) * 100,
      atMost: 10,
      unit: "% of a core",
    },
    { what: "from webhook sent to notice heard, p50", value: at(0.5), atMost: 10, unit: "ms" },
    { what: "the same, p99", value: at(0.99), atMost: 25, unit: "ms" },
  ]),
);
if (sorted.length === 0) {
  console.log("\nWRONG: nobody heard anything.");
  process.exitCode = 1;
}
