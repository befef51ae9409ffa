/**
 * Measures the cost of storing and reading with years of events, compared with a log of a few weeks. Runs the product's own
 * statement and lists on two databases alternately, then again after old months are dropped.
 */
import type { OpenedDatabase } from "@waystation/db/client";
import { dropOldPartitions, ensurePartitions } from "@waystation/db/partitions";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { listEvents } from "@waystation/whatsapp/events/list-events";
import { STORE_EVENTS_OF_KNOWN } from "@waystation/whatsapp/webhooks/ingest-statement";
import { createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { knownConversationColumns, webhookRecordsOf } from "../load/webhook-records.ts";
import { describeMachine } from "../measure/machine.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatGoalTable, formatNumber, formatTable, medianOf } from "../measure/table.ts";
import { benchContext } from "../setup/bench-context.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const options = parseBenchOptions(process.argv.slice(2), {
  small: 500_000,
  large: 10_000_000,
  months: 24,
  batches: 400,
});
const BATCH = 50;
const PIECE = 250_000;
/** Months that remain after old ones are dropped. */
const KEPT_MONTHS = 13;
const FLAT = 1.3;

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const world = createBenchWorld(0);
const payloads = createWebhookPayloads(world, 2 * options.batches * BATCH);
const deliveries = webhookRecordsOf(payloads);
await using databases = await startBenchDatabases();
await using stack = new AsyncDisposableStack();

interface Log {
  name: string;
  store: OpenedDatabase;
  page: () => Promise<unknown>;
  deepPage: () => Promise<unknown>;
}
const logs: Log[] = [];
for (const [name, events, months] of [
  ["small", options.small, 1],
  ["large", options.large, options.months],
] as const) {
  const desk = await createInstallationTemplate(
    databases,
    name,
    [{ world, outgoing: payloads.outgoing }],
    folder.path,
    1,
  );
  const begin = performance.now();
  const middle = await fill(databases.urlOf(name), events, months);
  const store = await openPostgresDatabase(databases.urlOf(name));
  stack.defer(() => store.close());
  await ensurePartitions(store);
  await store.queryWithoutTimeout("vacuum analyze", []);
  console.log(
    `${formatNumber(events)} events over ${months} months in ${formatNumber((performance.now() - begin) / 1_000)} s`,
  );
  const ctx = await benchContext(store, desk.organizationId);
  logs.push({
    name,
    store,
    page: () => listEvents(ctx, { limit: 50 }),
    deepPage: () => listEvents(ctx, { limit: 50, cursor: ctx.ids.encodeCursor("events", ...middle) }),
  });
}
await databases.settle();

let next = 0;
const rows: string[][] = [];
const [grown] = [await round("with all months")];
const large = logs[1];
if (!large) throw new Error("There is no large log");
const dropped = await dropOldPartitions(large.store, KEPT_MONTHS);
await databases.settle();
const pruned = await round(`without the ${dropped.length} oldest`);
console.log(
  `\n${formatTable(["median ms, small and large log", "small", "large", "ratio"], rows)}\n\n${formatGoalTable(
    [
      { what: "storing, large log against small", value: grown.store, atMost: FLAT },
      { what: "first page of events", value: grown.page, atMost: FLAT },
      { what: "page in the middle of the log", value: grown.deepPage, atMost: FLAT },
      { what: "storing, after old months were dropped", value: pruned.store, atMost: FLAT },
    ],
  )}`,
);

async function round(title: string) {
  const times = logs.map(() => ({ store: [] as number[], page: [] as number[], deepPage: [] as number[] }));
  for (let batch = 0; batch < options.batches; batch++) {
    const slice = deliveries.slice(next, next + BATCH);
    next += BATCH;
    // Both databases get the same batch, in alternating order.
    for (const index of batch % 2 ? [1, 0] : [0, 1]) {
      const [log, time] = [logs[index], times[index]];
      if (!log || !time) continue;
      const values = await knownConversationColumns(log.store.query, slice);
      time.store.push(await timed(() => log.store.ingestQuery(STORE_EVENTS_OF_KNOWN, values)));
      time.page.push(await timed(log.page));
      time.deepPage.push(await timed(log.deepPage));
    }
  }
  const ratios = { store: 0, page: 0, deepPage: 0 };
  for (const what of ["store", "page", "deepPage"] as const) {
    const [small = Number.NaN, big = Number.NaN] = times.map((time) => medianOf(time[what]));
    ratios[what] = big / small;
    const names = { store: `store ${BATCH}`, page: "first page", deepPage: "page in the middle" };
    rows.push([
      `${names[what]}, ${title}`,
      formatNumber(small, 2),
      formatNumber(big, 2),
      formatNumber(big / small, 2),
    ]);
  }
  return ratios;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await act();
  return performance.now() - begin;
}

/** Creates events of past months in chronological order. Returns the position of an event in the middle. */
async function fill(url: string, events: number, months: number): Promise<[id: number, seconds: number]> {
  await using client = openBenchClient(url);
  const { sql } = client;
  await sql.unsafe("set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  const [begin] = (await sql.unsafe(
    "select setval('twilio_whatsapp_webhook_events_id_seq', greatest(nextval('twilio_whatsapp_webhook_events_id_seq'), 1))::int as id, min(no) as line from twilio_whatsapp_connections",
  )) as unknown as [{ id: number; line: number }];
  for (let from = 1; from <= events; from += PIECE) {
    const to = Math.min(events, from + PIECE - 1);
    await sql.unsafe(`
      insert into webhook_event_keys (sid, step, connection_no, event_id)
      select md5('log ' || n / 4)::uuid, (array[0, 3, 6, 7])[1 + n % 4], ${begin.line}, ${begin.id} + n from generate_series(${from}, ${to}) n`);
    await sql.unsafe(`
      insert into twilio_whatsapp_webhook_events (id, connection_no, sid, step, outcome, received_at, body)
      select ${begin.id} + n, ${begin.line}, md5('log ' || n / 4)::uuid, (array[0, 3, 6, 7])[1 + n % 4], 0,
        now() - (${events} - n) * (interval '${months * 30} days' / ${events}), repeat('Parameter' || n % 10 || '=value&', 28)
      from generate_series(${from}, ${to}) n`);
  }
  await sql.unsafe(`select setval('twilio_whatsapp_webhook_events_id_seq', ${begin.id + events + 1})`);
  const middle = Date.now() - (months * 30 * 24 * 3_600_000) / 2;
  return [begin.id + Math.floor(events / 2), Math.ceil(middle / 1_000)];
}
