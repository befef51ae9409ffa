/**
 * Measures the cost of storing without HTTP: one connection, several batch sizes, the fast statement (for known conversations)
 * and the full one. They alternate on the same tables, so that noise affects both alike.
 */
import { readFileSync } from "node:fs";
import type { OpenedDatabase } from "@waystation/db/client";
import { STORE_EVENTS, STORE_EVENTS_OF_KNOWN } from "@waystation/whatsapp/webhooks/ingest-statement";
import { columnsOfRecords, newIds, type WebhookRecord } from "@waystation/whatsapp/webhooks/webhook-record";
import { createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { knownConversationColumns, webhookRecordsOf } from "../load/webhook-records.ts";
import { describeMachine } from "../measure/machine.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatNumber, formatTable, medianOf } from "../measure/table.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const TEMPLATE = "desk_template";
const SIZES = [4, 32, 128];
const options = parseBenchOptions(process.argv.slice(2), { requests: 40_000 }, ["explain"]);

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
// All contacts have written before. Otherwise the fast statement would have less to do.
const world = createBenchWorld(0, 5_000);
const payloads = createWebhookPayloads(world, options.requests);
await using databases = await startBenchDatabases();
await createInstallationTemplate(
  databases,
  TEMPLATE,
  [{ world, outgoing: payloads.outgoing }],
  folder.path,
  1,
);
const deliveries = webhookRecordsOf(payloads);
const statements = [
  { name: "known", text: STORE_EVENTS_OF_KNOWN, parameters: knownConversationColumns },
  {
    name: "whole",
    text: STORE_EVENTS,
    parameters: async (_query: OpenedDatabase["query"], batch: WebhookRecord[]) => [
      ...columnsOfRecords(batch),
      newIds(batch),
    ],
  },
];

const rows: string[][] = [];
for (const size of SIZES) {
  const url = await databases.create("bench_statement", TEMPLATE);
  await databases.settle();
  {
    await using stack = new AsyncDisposableStack();
    const contenders = await Promise.all(
      statements.map(async (statement) => {
        const client = stack.use(openBenchClient(url, { plan_cache_mode: "force_generic_plan" }));
        const [{ pid }] = (await client.sql`select pg_backend_pid() as pid`) as unknown as [{ pid: number }];
        return { ...statement, client, pid, costs: [] as number[], times: [] as number[] };
      }),
    );
    const rounds = Math.floor(deliveries.length / size / contenders.length);
    for (let round = 0; round < rounds; round++)
      for (const [turn, { client, text, parameters, pid, costs, times }] of contenders.entries()) {
        const at = (round * contenders.length + turn) * size;
        const values = await parameters(queryOf(client), deliveries.slice(at, at + size));
        const [before, start] = [nanosecondsOf(pid), performance.now()];
        await client.sql.unsafe(text, values, { prepare: true });
        if (round < rounds / 4) continue;
        times.push(((performance.now() - start) * 1_000) / size);
        costs.push((nanosecondsOf(pid) - before) / 1_000 / size);
      }
    for (const { name, costs, times } of contenders)
      rows.push([`${name}, ${size}`, formatNumber(medianOf(costs), 1), formatNumber(medianOf(times), 1)]);
    if (options.explain) await explain(contenders[0]?.client.sql, deliveries.slice(0, size));
  }
  await databases.drop("bench_statement");
}
console.log(formatTable(["statement, batch", "Postgres CPU µs a row", "waited µs a row"], rows));

function queryOf({ sql }: Pick<ReturnType<typeof openBenchClient>, "sql">): OpenedDatabase["query"] {
  return async <Row>(text: string, parameters: unknown[]) =>
    (await sql.unsafe(text, parameters as never[], { prepare: true })) as unknown as Row[];
}

/** Prints the plan of an actual execution, then rolls it back. */
async function explain(
  sql: ReturnType<typeof openBenchClient>["sql"] | undefined,
  batch: WebhookRecord[],
): Promise<void> {
  if (!sql) return;
  await sql.unsafe("begin; delete from webhook_event_keys; delete from messages where is_incoming");
  const plan = await sql.unsafe(
    `explain (analyze, costs off, buffers off) ${STORE_EVENTS_OF_KNOWN}`,
    await knownConversationColumns(queryOf({ sql }), batch),
  );
  await sql.unsafe("rollback");
  console.log(`batch of ${batch.length}\n${plan.map((row) => Object.values(row)[0]).join("\n")}\n`);
}

/** CPU time of one backend, in ns. Linux only. */
function nanosecondsOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return Number.NaN;
  }
}
