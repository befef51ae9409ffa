import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startJobs } from "@waystation/core/jobs/jobs";
import { type OpenedDatabase, openEmbeddedDatabase } from "@waystation/db/client";
import { ensurePartitions } from "@waystation/db/partitions";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { createTestDatabase } from "@waystation/db/testing/databases";
import { expect, test } from "vitest";
import { lockDataDir } from "../lifecycle/data-dir.ts";
import { moveDatabase } from "./move-database.ts";

function createFolder() {
  const folder = mkdtempSync(join(tmpdir(), "waystation-move-"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What a database knows of itself, or of the processes that opened it. */
const OF_THE_PLACE = ["drizzle.__drizzle_migrations", "jobs.instance", "jobs.version"];

/** Values that do not survive every way of copying. */
const FILL = [
  `insert into organizations (id, name, slug) values ('00000000-0000-7000-8000-000000000001', E'Ärzte "ohne" \\\\ {Grenzen}, 😊', 'one'),
     ('00000000-0000-7000-8000-000000000002', '', 'two')`,
  `insert into users (id, name, email) select gen_random_uuid(), 'Person ' || n, n || '@example.org' from generate_series(1, 2500) n`,
  `insert into members (id, organization_id, user_id, role)
     select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', id, 'member' from users`,
  `insert into twilio_whatsapp_connections (id, organization_id, mode, account_sid, account_name, account_status, account_type,
     owner_account_sid, sender, pool_senders, offline_reasons, webhook_found)
     values (gen_random_uuid(), '00000000-0000-7000-8000-000000000001', 'live', 'AC1', 'A', 'active', 'full', 'AC1', 'whatsapp:+1',
     array['a,b', 'c"d', '', 'null', E'e\\\\f'], '[{"code": "1", "message": null}]', 'null'::jsonb)`,
  `insert into twilio_shared_keys (id, organization_id, connection_id, key_id, algorithm, secret_sealed, secret_last_four)
     select gen_random_uuid(), organization_id, id, 'webhooks_sharedkey_1', 'HMAC_SHA256', 's1.a.b.c.d', 'cret' from twilio_whatsapp_connections`,
  `insert into twilio_whatsapp_webhook_events (id, connection_no, sid, step, word, received_at, body, body_bytes)
     select nextval('twilio_whatsapp_webhook_events_id_seq'), 1, gen_random_uuid(), n % 12, case when n % 7 = 0 then 'x' end,
       '2026-09-30 23:59:59.999999+00'::timestamptz + n * interval '1 day', 'Body=' || n,
       case when n % 3 = 0 then decode('00ff27', 'hex') end from generate_series(1, 60) n`,
  `insert into webhook_event_keys (sid, step, word, connection_no, event_id)
     select sid, step, word, connection_no, id from twilio_whatsapp_webhook_events`,
  `insert into media_files (id, organization_id, message_id, no, type, size, bytes)
     select gen_random_uuid(), '00000000-0000-7000-8000-000000000001', n, 0, 'image/png', 5000000,
       decode(repeat('00ff275c', 1250000), 'hex') from generate_series(1, 4) n`,
  `insert into message_search (organization_no, message_id, conversation_id, words) values (1, 1, 1, $$'日本':1 'joão' 'd''é'$$)`,
  `insert into contacts (organization_no, name) select 1, 'C' || n from generate_series(1, 5) n`,
  `insert into audit_log (organization_id, action, subject, detail)
     values ('00000000-0000-7000-8000-000000000001', 'a', 's', '{"number": 1.50, "text": "\\u00e9\\n", "list": [null, true]}')`,
];

async function fill(folder: string): Promise<Map<string, string[]>> {
  const store = await openEmbeddedDatabase(join(folder, "postgres"));
  await store.migrate();
  await ensurePartitions(store);
  const queue = await startJobs(store, () => {});
  await queue.jobs.settle(store.db, 17, 1, 3_600);
  await queue.stop();
  for (const statement of FILL) await store.query(statement, []);
  const rows = await contentOf(store);
  await store.close();
  return rows;
}

/** Every row of every table and the state of every sequence, as text. */
async function contentOf(store: OpenedDatabase): Promise<Map<string, string[]>> {
  const content = new Map<string, string[]>();
  const tables = await store.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('public', 'jobs', 'drizzle') and c.relkind in ('r', 'p') and not c.relispartition`,
    [],
  );
  for (const { name } of tables) {
    const rows = await store.query<{ row: string }>(
      `select replace(to_jsonb(t)::text, '+00:00', '+00') as row from ${name} t order by 1`,
      [],
    );
    content.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  const sequences = await store.query<{ name: string }>(
    "select format('%I.%I', schemaname, sequencename) as name from pg_sequences where schemaname in ('public', 'jobs')",
    [],
  );
  for (const { name } of sequences) {
    const [state] = await store.query<{ state: string }>(
      `select last_value || ' ' || is_called as state from ${name}`,
      [],
    );
    content.set(`sequence ${name}`, [String(state?.state)]);
  }
  return content;
}

test("an embedded database moves to Postgres, every row as it was", { timeout: 120_000 }, async () => {
  using home = createFolder();
  await using database = await createTestDatabase();
  const before = await fill(home.folder);
  const copied = await moveDatabase(home.folder, database.url);
  expect(copied.get("public.users")).toBe(2_500);
  expect(copied.get("public.twilio_whatsapp_webhook_events")).toBe(60);
  const target = await openPostgresDatabase(database.url);
  try {
    const after = await contentOf(target);
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    for (const [name, rows] of before)
      if (!OF_THE_PLACE.includes(name)) expect(after.get(name), name).toEqual(rows);
    const [rest] = await target.query<{ count: number }>(
      "select count(*)::int as count from twilio_whatsapp_webhook_events_rest",
      [],
    );
    expect(rest?.count).toBe(0);
    const [next] = await target.query<{ id: number }>(
      "insert into contacts (organization_no, name) values (1, 'next') returning id::int",
      [],
    );
    expect(next?.id).toBe(6);
  } finally {
    await target.close();
  }
  await expect(moveDatabase(home.folder, database.url)).rejects.toThrow("is not empty");
});

test("a running server keeps its database, and no folder is not one", async () => {
  using home = createFolder();
  await using database = await createTestDatabase();
  await expect(moveDatabase(home.folder, database.url)).rejects.toThrow("There is no embedded database");
  const store = await openEmbeddedDatabase(join(home.folder, "postgres"));
  await store.close();
  const lock = lockDataDir(home.folder);
  await expect(moveDatabase(home.folder, database.url)).rejects.toThrow("Another Waystation is running");
  lock.release();
});
