/** Ingests many webhooks, rebuilds the inbox from the event log, and compares both row by row. */

import { createChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { OpenedDatabase } from "@waystation/db/client";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { parseFormBody } from "@waystation/whatsapp/webhooks/form-body";
import { createWebhookIngest } from "@waystation/whatsapp/webhooks/ingest";
import { parseWebhook } from "@waystation/whatsapp/webhooks/parse-webhook";
import { rebuildProjection } from "@waystation/whatsapp/webhooks/rebuild";
import { verifiedWebhookOf } from "@waystation/whatsapp/webhooks/webhook-record";
import { type BenchWorld, createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { describeMachine } from "../measure/machine.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatNumber, formatTable } from "../measure/table.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { startBenchDatabases } from "../setup/postgres.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const options = parseBenchOptions(process.argv.slice(2), { events: 1_000_000, piece: 50_000 });
const AT_ONCE = 1_000;

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
const worlds = Array.from({ length: Math.ceil(options.events / options.piece) }, (_, index) =>
  createBenchWorld(index, 300),
);
const payloadsOf = (world: BenchWorld) =>
  createWebhookPayloads(world, Math.min(options.events, options.piece));
await using databases = await startBenchDatabases();
const loads = worlds.map((world) => ({ world, outgoing: payloadsOf(world).outgoing }));
await createInstallationTemplate(databases, "desk", loads, folder.path);
const store = await openPostgresDatabase(databases.urlOf("desk"));
try {
  const stored = await takeIn(store);
  const before = await fingerprints(store);
  const start = performance.now();
  const rebuilt = await rebuildProjection(store);
  const seconds = (performance.now() - start) / 1_000;
  const after = await fingerprints(store);
  const differences = before.filter(({ table: name, rows, hash }) => {
    const other = after.find((one) => one.table === name);
    return other?.rows !== rows || other.hash !== hash;
  });
  console.log(
    formatTable(
      ["table", "rows", "the same after it was rebuilt"],
      before.map(({ table: name, rows }) => [
        name,
        formatNumber(Number(rows)),
        differences.some((one) => one.table === name) ? "NO" : "yes",
      ]),
    ),
  );
  console.log(
    `\n${formatNumber(stored)} webhooks sent; ${formatNumber(rebuilt)} events rebuilt in ${formatNumber(seconds, 1)} s, ${formatNumber(rebuilt / seconds)} a second.`,
  );
  if (differences.length > 0 || rebuilt === 0) process.exitCode = 1;
} finally {
  await store.close();
}

async function takeIn(store: OpenedDatabase): Promise<number> {
  const connections = await store.query<{ no: number; organizationNo: number; sender: string }>(
    'select c.no, o.no as "organizationNo", c.sender from twilio_whatsapp_connections c join organizations o on o.id = c.organization_id',
    [],
  );
  const ingest = createWebhookIngest(store, createChangeFeed(), {
    onBatch: () => {},
    onRetry: () => {},
    onUnprojected: (error) => {
      throw error;
    },
  });
  let count = 0;
  for (const world of worlds) {
    const found = connections.find(({ sender }) => sender === world.sender);
    if (!found) throw new Error("A connection is missing.");
    const receiver = {
      ...found,
      connectionId: "",
      organizationId: "",
      isActive: true,
      poolSenders: [],
      tokens: [],
      sharedKeys: [],
    };
    const { wire, offsets, keys } = payloadsOf(world);
    for (let begin = 0; begin < keys.length; begin += AT_ONCE) {
      const added: Promise<void>[] = [];
      for (let index = begin; index < Math.min(begin + AT_ONCE, keys.length); index++) {
        const [head = "", content = ""] = wire
          .toString("latin1", offsets[index], offsets[index + 1])
          .split("\r\n\r\n");
        const body = Buffer.from(content);
        const messageId = /status\/([0-9a-f-]+) /.exec(head)?.[1] ?? null;
        const webhook = parseWebhook(parseFormBody(body) ?? [], body, messageId !== null);
        if (webhook)
          added.push(
            ingest.add(verifiedWebhookOf(receiver, webhook, { body, messageId, outcome: "stored" })),
          );
      }
      count += added.length;
      await Promise.all(added);
    }
  }
  return count;
}

/** Order-independent hash over all rows. Different rows are very unlikely to share a hash. */
async function fingerprints(store: OpenedDatabase): Promise<{ table: string; rows: string; hash: string }[]> {
  const tables = [
    "messages",
    "message_search",
    "conversation_activity",
    "conversations",
    "contacts",
    "contact_identities",
  ];
  return Promise.all(
    tables.map(async (name) => {
      const [row] = await store.query<{ rows: string; hash: string }>(
        `select count(*)::text as rows, sum(hashtextextended(t::text, 0)::numeric)::text as hash from ${name} t`,
        [],
      );
      return { table: name, rows: row?.rows ?? "", hash: row?.hash ?? "" };
    }),
  );
}
