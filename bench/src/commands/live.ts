/**
 * Measures the time from a customer's webhook to the change notification in a browser, on the server that received the webhook
 * and on another one.
 */
import { get } from "node:http";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { contactAddress, createBenchWorld, createMessages } from "../load/payloads.ts";
import { describeMachine } from "../measure/machine.ts";
import { awaitIdleMachine } from "../measure/measure.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatNumber, formatTable } from "../measure/table.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { startBenchTarget } from "../setup/targets.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const TEMPLATE = "desk_template";
const LINES = 32;
/** Time limit for a notification. */
const UNHEARD_MS = 30_000;
const options = parseBenchOptions(process.argv.slice(2), {
  contacts: 4_000,
  seconds: 10,
  warmup: 4,
  rounds: 3,
  patience: 0,
});
const RATES = [100, 500];

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const world = createBenchWorld(0, options.contacts);
await using databases = await startBenchDatabases();
const desk = await createInstallationTemplate(
  databases,
  TEMPLATE,
  [{ world, outgoing: options.contacts }],
  folder.path,
  1,
);
const longest = options.warmup * 100 + options.rounds * options.seconds * RATES.reduce((a, b) => a + b);
const requests = createMessages(world, longest);

/** Simulates a browser. `hear` gets the changed conversations, or null if there are too many to list. */
async function listen(port: number, hear: (conversationIds: string[] | null) => void): Promise<Disposable> {
  const path = `/api/trpc/events.changes?input=${encodeURIComponent("{}")}`;
  const headers = { cookie: desk.cookie, accept: "text/event-stream" };
  const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
  const call = get({ host: "127.0.0.1", port, path, headers, agent: false }, (answer) => {
    let text = "";
    answer.setEncoding("utf8");
    answer.on("error", () => {});
    answer.on("data", (chunk: string) => {
      text += chunk;
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines)
        if (line.startsWith('data: {"connectionIds"') || line.startsWith('data: {"conversationIds"'))
          hear((JSON.parse(line.slice(6)) as { conversationIds: string[] | null }).conversationIds);
    });
    if (answer.statusCode !== 200) reject(new Error(`The live feed was answered ${answer.statusCode}.`));
    else resolve({ [Symbol.dispose]: () => call.destroy() });
  });
  call.on("error", reject);
  return promise;
}

interface Hearing {
  delays: number[];
  /** For each conversation without a notification yet: when its message was due. */
  waiting: Map<string, number>;
}

/** Sends at a constant rate, regardless of responses. Contacts take turns. */
async function write(
  sockets: Socket[],
  from: number,
  rate: number,
  seconds: number,
  isDue: (contact: number, at: number) => void,
) {
  const start = performance.now();
  for (let sent = 0; sent < rate * seconds; ) {
    const now = performance.now();
    for (; sent < rate * seconds && start + (sent / rate) * 1_000 <= now; sent++) {
      isDue((from + sent) % options.contacts, start + (sent / rate) * 1_000);
      sockets[sent % sockets.length]?.write(requests[from + sent] ?? "");
    }
    await sleep(1);
  }
}

const figures = new Map<string, number[]>();
const wrong: string[] = [];
const url = await databases.create("bench_live", TEMPLATE);
await databases.settle();
{
  await using client = openBenchClient(url);
  const conversations = new Map(
    (await client.sql`select address, public_id as id from conversations`).map((row) => [
      String(row.address),
      String(row.id),
    ]),
  );
  const ids = Array.from(
    { length: options.contacts },
    (_, no) => conversations.get(contactAddress(world, no)) ?? "",
  );
  const environment = { DATABASE_URL: url, DATA_DIR: folder.path };
  await using here = await startBenchTarget("product", environment, folder.path);
  await using there = await startBenchTarget("product", environment, folder.path);
  const hearings: Record<string, Hearing> = {
    "the same server": { delays: [], waiting: new Map() },
    "another server": { delays: [], waiting: new Map() },
  };
  const hear =
    ({ delays, waiting }: Hearing) =>
    (conversationIds: string[] | null) => {
      const now = performance.now();
      for (const id of conversationIds ?? [...waiting.keys()]) {
        const due = waiting.get(id);
        if (due === undefined) continue;
        waiting.delete(id);
        delays.push(now - due);
      }
    };
  const [near, far] = Object.values(hearings) as [Hearing, Hearing];
  using _near = await listen(here.port, hear(near));
  using _far = await listen(there.port, hear(far));
  const sockets = Array.from({ length: LINES }, () => {
    const socket = connect({ host: "127.0.0.1", port: here.port, noDelay: true });
    let refused = 0;
    socket.on("data", (answer) => {
      for (const status of answer.toString("latin1").matchAll(/^HTTP\/1\.1 (\d+)/gm))
        if (status[1] !== "200" && refused++ === 0) wrong.push(`a webhook was answered ${status[1]}`);
    });
    return socket;
  });
  const note = (contact: number, at: number) => {
    for (const { waiting } of [near, far]) waiting.set(ids[contact] ?? "", at);
  };
  await write(sockets, 0, 100, options.warmup, note);
  let from = options.warmup * 100;
  for (let round = 0; round < options.rounds; round++)
    for (const rate of RATES) {
      await sleep(500);
      await awaitIdleMachine(options.patience);
      for (const hearing of [near, far]) {
        hearing.delays.length = 0;
        hearing.waiting.clear();
      }
      await write(sockets, from, rate, options.seconds, note);
      from += rate * options.seconds;
      const end = performance.now() + UNHEARD_MS;
      while (near.waiting.size + far.waiting.size > 0 && performance.now() < end) await sleep(20);
      for (const [where, { delays, waiting }] of Object.entries(hearings)) {
        if (waiting.size > 0) wrong.push(`${waiting.size} messages at ${rate}/s were never told at ${where}`);
        const name = `${rate} messages/s, at ${where}`;
        figures.set(name, [...(figures.get(name) ?? []), ...delays]);
      }
    }
  for (const socket of sockets) socket.destroy();
}
await databases.drop("bench_live");

const rows = [...figures].map(([name, delays]) => {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (share: number) =>
    formatNumber(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN, 1);
  return [name, formatNumber(sorted.length), at(0.5), at(0.95), at(1)];
});
console.log(formatTable(["webhook due → notice heard", "messages", "p50 ms", "p95 ms", "slowest ms"], rows));
for (const sentence of wrong) console.log(`\nWRONG: ${sentence}.`);
if (wrong.length > 0) process.exitCode = 1;
