/** Measures the server's CPU cost of many open consoles during a webhook load, and the latency of notifications. */
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { STREAMS_PER_SESSION } from "@waystation/server/http/stream-limits";
import { addSessions } from "@waystation/server/testing/add-sessions";
import type { ListenCommand, ReceivedChange } from "../load/listeners.ts";
import { requestFromChild, startLoadGenerator, stopChildProcess } from "../load/load-generator.ts";
import { BENCH_PUBLIC_URL, createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { describeMachine, processCpuTime } from "../measure/machine.ts";
import { awaitIdleMachine, measureQueries, warmUpQueries } from "../measure/measure.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatGoalTable, formatNumber, formatTable, medianOf } from "../measure/table.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { BENCH_AUTH_SECRET } from "../setup/environment.ts";
import { openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { startBenchTarget } from "../setup/targets.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const TEMPLATE = "desk_template";
const options = parseBenchOptions(process.argv.slice(2), {
  clients: 200,
  rate: 500,
  seconds: 6,
  warmup: 2,
  rounds: 3,
  requests: 120_000,
  patience: 0,
});

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const world = createBenchWorld();
const payloads = createWebhookPayloads(world, options.requests);
await using databases = await startBenchDatabases();
const desk = await createInstallationTemplate(
  databases,
  TEMPLATE,
  [{ world, outgoing: payloads.outgoing }],
  folder.path,
);
const cookies = await (async () => {
  await using client = openBenchClient(databases.urlOf(TEMPLATE));
  return addSessions(
    (text, parameters) => client.sql.unsafe(text, parameters as never[], { prepare: false }),
    Math.ceil(options.clients / STREAMS_PER_SESSION),
    { organizationId: desk.organizationId, secret: BENCH_AUTH_SECRET, publicUrl: BENCH_PUBLIC_URL },
  );
})();
await using generator = await startLoadGenerator(payloads, folder.path);

interface Figure {
  /** Share of one CPU core. */
  core: number;
  notices: number;
  others: number;
}

async function listenWith(clients: number, port: number) {
  const child = fork(fileURLToPath(new URL("../load/listeners.ts", import.meta.url)), {
    serialization: "advanced",
  });
  const order: ListenCommand = { port, cookies, count: clients };
  await requestFromChild(child, { listen: order });
  const hear = () => requestFromChild(child, { tell: true }) as Promise<ReceivedChange>;
  for (let heard = await hear(); heard.open < clients; heard = await hear()) await sleep(50);
  return { hear, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stopChildProcess(child) };
}

async function run(clients: number): Promise<{ storm: Figure; soon: number[] }> {
  const url = await databases.create("bench_sse", TEMPLATE);
  await databases.settle();
  await awaitIdleMachine(options.patience);
  const result = await (async () => {
    await using target = await startBenchTarget(
      "product",
      { DATABASE_URL: url, DATA_DIR: folder.path },
      folder.path,
    );
    const order = { port: target.port, connections: 32, rate: null, from: 0, wrap: false };
    const warm = await warmUpQueries(generator, { ...order, seconds: options.warmup });
    await using listeners = await listenWith(clients, target.port);
    await sleep(500);
    await listeners.hear();
    let from = warm.at(-1)?.next ?? 0;
    const before = processCpuTime(target.pid);
    const storm = await measureQueries(generator, target, databases, {
      ...order,
      rate: options.rate,
      seconds: options.seconds,
      from,
    });
    const core = (processCpuTime(target.pid) - before) / (storm.seconds * 1e6);
    const { notices } = await listeners.hear();
    from = storm.next;
    // Sends one webhook at a time, so that notifications are not combined.
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
      `round ${round + 1}  ${clients} clients  server ${formatNumber(core * 100, 1)} % of a core  ${formatNumber(notices)} notices/s  others ${formatNumber(others * 100)} %`,
    );
  }
const core = (figures: Figure[]) => medianOf(figures.map((figure) => figure.core));
const sorted = soon.toSorted((a, b) => a - b);
const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
console.log(
  `\n${formatTable(
    ["", "server, share of a core", "notices/s"],
    [
      ["no client", `${formatNumber(core(without) * 100, 1)} %`, "–"],
      [
        `${options.clients} clients`,
        `${formatNumber(core(withThem) * 100, 1)} %`,
        formatNumber(medianOf(withThem.map((figure) => figure.notices))),
      ],
    ],
  )}\n`,
);
console.log(
  formatGoalTable([
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
