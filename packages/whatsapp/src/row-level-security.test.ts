import { randomUUID } from "node:crypto";
import type { Context } from "@waystation/core/context";
import type { OpenedDatabase } from "@waystation/db/client";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { TENANT_GRANTS, TENANT_ROLE } from "@waystation/db/row-level-security";
import { createTestDatabase, createTestStore, testDatabases } from "@waystation/db/testing/databases";
import { listTeam } from "@waystation/identity/team/list";
import { describe, expect, test } from "vitest";
import { listEvents } from "./events/list-events.ts";
import { countUnread } from "./inbox/count-unread.ts";
import { listConversations } from "./inbox/list-conversations.ts";
import { listMessages } from "./inbox/messages/list-messages.ts";
import { createTestInstallation } from "./testing.ts";

/** Tables of the installation that the tenant role must not see. */
const OF_THE_INSTALLATION = [
  "accounts", // passwords
  "call_counts",
  "instance", // the setup token
  "rate_limits",
  "second_factors", // belong to a user of any organisation
  "sessions", // likewise
  "verifications",
];

/** Ways to expose a table's rows to every organisation, each with its reverse. */
const OPENED = [
  ["alter table messages disable row level security", "alter table messages enable row level security"],
  ["create policy everything on contacts for select using (true)", "drop policy everything on contacts"],
] as const;

const PARTITION = /^twilio_whatsapp_webhook_events_/;

describe.for(testDatabases)("on %s", (kind) => {
  test("every table is behind the wall or out of reach", async () => {
    await using store = await createTestStore(kind);
    const tables = await store.query<{ name: string; walled: boolean; policies: number; rights: string[] }>(
      `select c.relname as name, c.relrowsecurity as walled,
         (select count(*)::int from pg_policy p where p.polrelid = c.oid) as policies,
         array(select r from unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) r
           where has_table_privilege('${TENANT_ROLE}', c.oid, r)) as rights
       from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`,
      [],
    );
    const reachable = tables.filter(({ rights }) => rights.length > 0);
    expect(Object.fromEntries(reachable.map(({ name, rights }) => [name, rights]))).toEqual(TENANT_GRANTS);
    expect(reachable.filter(({ walled, policies }) => !walled || policies !== 1)).toEqual([]);
    const others = tables
      .map(({ name }) => name)
      .filter((name) => !(name in TENANT_GRANTS) && !PARTITION.test(name));
    expect(others).toEqual(OF_THE_INSTALLATION);
  });

  test("a reference from one organisation's row to another row carries the organisation", async () => {
    await using store = await createTestStore(kind);
    const loose = await store.query<{ reference: string }>(
      `with ours as (
         select attrelid, array_agg(attnum) as columns from pg_attribute
         where attname in ('organization_id', 'organization_no') and not attisdropped group by attrelid
       )
       select conrelid::regclass || '.' || conname as reference from pg_constraint
       join ours here on here.attrelid = conrelid join ours there on there.attrelid = confrelid
       where contype = 'f' and not (conkey && here.columns and confkey && there.columns)`,
      [],
    );
    expect(loose).toEqual([]);
  });

  test("without its condition a query still answers with the own organisation's rows only", async () => {
    await using desk = await createTestInstallation(kind);
    const [ours, theirs] = [await filled(desk.store), await filled(desk.store)];
    for (const table of Object.keys(TENANT_GRANTS)) {
      const all = await rowsOf(desk.store, table);
      const [mine, others] = [await rowsOf(ours.within, table), await rowsOf(theirs.within, table)];
      expect(mine.length, table).toBeGreaterThan(0);
      expect(others.length, table).toBeGreaterThan(0);
      expect([...mine, ...others].toSorted(), table).toEqual(all);
    }
  });

  test("nothing can be written into another organisation, or changed there", async () => {
    await using desk = await createTestInstallation(kind);
    const [ours, theirs] = [await filled(desk.store), await filled(desk.store)];
    for (const [table, rights] of Object.entries(TENANT_GRANTS)) {
      const before = await rowsOf(theirs.within, table);
      const column = table === "users" ? "name" : (OWN_COLUMN[table] ?? "organization_no");
      if (rights.includes("update")) await ours.within.query(`update ${table} set ${column} = ${column}`, []);
      if (rights.includes("delete")) await ours.within.query(`delete from ${table}`, []);
      expect(await rowsOf(theirs.within, table), table).toEqual(before);
    }
    const foreign = (text: string, ...parameters: unknown[]) =>
      expect(ours.within.query(text, parameters)).rejects.toThrow(/row-level security/);
    await foreign(
      "insert into canned_replies (id, organization_id, shortcut, body) values ($1::uuid, $2::uuid, 'a', 'b')",
      randomUUID(),
      theirs.organizationId,
    );
    await foreign("update conversations set organization_no = $1::int", theirs.no);
    await foreign(
      "insert into audit_log (organization_id, action, subject) values ($1::uuid, 'a', 'b')",
      theirs.organizationId,
    );
  });

  test("the job queue's tables are hidden, and a job is put there with its message all the same", async () => {
    await using desk = await createTestInstallation(kind, {}, { withJobs: true });
    const { within } = await filled(desk.store);
    const tables = await desk.store.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'jobs'",
      [],
    );
    expect(tables.length).toBeGreaterThan(3);
    for (const { name } of tables)
      for (const text of [
        `select * from ${name}`,
        `insert into ${name} default values`,
        `delete from ${name}`,
      ])
        await expect(within.query(text, []), text).rejects.toThrow(/permission denied/);
    const roles: unknown[] = [];
    const waiting = "select count(*)::int as count from jobs.job where name = 'send-message'";
    await within.db.transaction(async (tx) => {
      await desk.platform.jobs.send(tx, 17, 1, 1);
      const result = await tx.execute("select current_user::text as role");
      roles.push(...(result as unknown as { rows: unknown[] }).rows);
    });
    expect(roles).toEqual([{ role: TENANT_ROLE }]);
    expect(await desk.store.query(waiting, [])).toEqual([{ count: 1 }]);
    await expect(desk.platform.jobs.send(within.db, 18, 1, 1)).rejects.toThrow();
    await expect(
      within.db.transaction(async (tx) => {
        await desk.platform.jobs.send(tx, 19, 1, 1);
        throw new Error("taken back");
      }),
    ).rejects.toThrow("taken back");
    expect(await desk.store.query(waiting, [])).toEqual([{ count: 1 }]);
  });

  test("rights of an earlier version on the job queue are taken back", async () => {
    await using desk = await createTestInstallation(kind, {}, { withJobs: true });
    const { within } = await filled(desk.store);
    await desk.store.query(`grant usage on schema jobs to ${TENANT_ROLE}`, []);
    await desk.store.query(`grant select, insert on all tables in schema jobs to ${TENANT_ROLE}`, []);
    expect(await within.query("select count(*)::int as count from jobs.job", [])).toEqual([{ count: 0 }]);
    await desk.store.enableRowLevelSecurity();
    await expect(within.query("select count(*)::int as count from jobs.job", [])).rejects.toThrow(
      /permission denied/,
    );
  });

  test.for(OPENED)(
    "a table that is open is found out at the start and by the check: %s",
    async ([open, close]) => {
      await using store = await createTestStore(kind);
      expect(await store.check(10_000)).toBeNull();
      await store.query(open, []);
      expect(await store.check(10_000)).toMatch(/Row-level security is off for (messages|contacts)\./);
      await expect(store.enableRowLevelSecurity()).rejects.toThrow(
        /Row-level security is off for (messages|contacts)\./,
      );
      await store.query(close, []);
      await expect.poll(() => store.check(10_000)).toBeNull();
      await store.enableRowLevelSecurity();
    },
  );

  test("the audit log is written and read, and nothing else", async () => {
    await using desk = await createTestInstallation(kind);
    const { within } = await filled(desk.store);
    for (const text of [
      "update audit_log set action = 'x'",
      "delete from audit_log",
      "truncate audit_log",
      "select token from sessions",
      "select password from accounts",
      "select value from instance",
      "select key from call_counts",
    ])
      await expect(within.query(text, []), text).rejects.toThrow(/permission denied/);
  });

  test("many at once, each for another organisation, are never told each other's", async () => {
    await using desk = await createTestInstallation(kind);
    const both = [await filled(desk.store), await filled(desk.store)];
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, turn) => {
        const one = both[turn % 2];
        const failing = one?.within.query("select 1 / 0", []).catch(() => null);
        const rows = one?.within.query<{ id: string }>("select id from organizations", []);
        const within = one?.within.db.transaction((tx) => tx.execute("select 1"));
        await Promise.all([failing, within]);
        return { wanted: one?.organizationId, got: await rows };
      }),
    );
    for (const { wanted, got } of answers) expect(got).toEqual([{ id: wanted }]);
  });

  test("verbs whose queries name another organisation, or none, find nothing there", async () => {
    await using desk = await createTestInstallation(kind);
    const [ours, theirs] = [await filled(desk.store), await filled(desk.store)];
    const ctx = await contextOf(desk, ours);
    const astray = { ...ctx, organizationId: theirs.organizationId };
    expect((await listConversations(astray, {})).items).toEqual([]);
    expect(await countUnread(astray)).toMatchObject({ count: 0 });
    expect((await listEvents(astray, {})).items).toEqual([]);
    expect((await listTeam(astray)).members).toEqual([]);
    await expect(listMessages(astray, { conversationId: theirs.conversationId })).rejects.toThrow();
    await expect(listMessages(ctx, { conversationId: theirs.conversationId })).rejects.toThrow();

    const condition = /(\w+\.)?organization_no = \(select no from me\)/g;
    const careless = (whole: Context): Context => ({
      ...whole,
      query: (text, parameters) => {
        expect(text).toMatch(condition);
        return whole.query(text.replaceAll(condition, "true"), parameters);
      },
    });
    const seen = (await listConversations(careless(ctx), { filter: "all" })).items;
    expect(seen.map(({ id }) => id)).toEqual([ours.conversationId]);
    // Without row-level security the same query returns both conversations.
    const bare = { ...ctx, ...ctx.installation };
    expect((await listConversations(careless(bare), { filter: "all" })).items).toHaveLength(2);
  });
});

test.for(testDatabases)("%s: what is asked again and again is planned once", async (kind) => {
  await using desk = await createTestInstallation(kind);
  const { within } = await filled(desk.store);
  const asked = "select id from conversations where id = $1::bigint";
  for (let n = 0; n < 12; n++) await within.query(asked, [String(n)]);
  const plans = await within.query(
    "select custom_plans::int as anew, generic_plans::int as once from pg_prepared_statements where statement = $1",
    [asked],
  );
  expect(plans).toEqual([{ anew: 0, once: 12 }]);
});

test("a database user without the right to make roles is refused, until it is given the role", async () => {
  await using undo = new AsyncDisposableStack();
  const { url } = undo.use(await createTestDatabase());
  const name = `plain_${randomUUID().replaceAll("-", "")}`;
  const chief = await openPostgresDatabase(url);
  undo.defer(async () => {
    await chief.query(`reassign owned by ${name} to current_user`, []);
    await chief.query(`drop owned by ${name}`, []);
    await chief.query(`drop role ${name}`, []);
    await chief.close();
  });
  await chief.query(`create role ${name} login password 'secret'`, []);
  await chief.query(`alter database ${new URL(url).pathname.slice(1)} owner to ${name}`, []);
  await chief.query(
    `do $$ begin create role ${TENANT_ROLE} nologin; exception when duplicate_object then null; end $$`,
    [],
  );
  const store = await openPostgresDatabase(
    Object.assign(new URL(url), { username: name, password: "secret" }).href,
  );
  undo.defer(() => store.close());
  await store.migrate();
  await expect(store.enableRowLevelSecurity()).rejects.toThrow(
    `grant ${TENANT_ROLE} to ${name}. Then start again.`,
  );
  expect(() => store.within({ organizationId: randomUUID(), userId: randomUUID() })).toThrow(
    "Row-level security has not been set up",
  );

  await chief.query(`grant ${TENANT_ROLE} to ${name}`, []);
  await store.enableRowLevelSecurity();
  const [ours, theirs] = [await filled(store), await filled(store)];
  expect(await rowsOf(store.within(ours), "members")).toHaveLength(1);
  expect(await rowsOf(store.within(theirs), "members")).toHaveLength(1);
});

/** A column per table for a test update that sets the column to itself. */
const OWN_COLUMN: Record<string, string> = {
  api_keys: "name",
  canned_replies: "body",
  conversation_reads: "incoming",
  invitations: "email",
  media_files: "name",
  members: "role",
  organizations: "name",
  twilio_whatsapp_connections: "sender",
};

async function rowsOf({ query }: Pick<OpenedDatabase, "query">, table: string): Promise<string[]> {
  const rows = await query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`, []);
  return rows.map(({ row }) => row).toSorted();
}

/** A new organisation with at least one row in every table. */
async function filled(store: OpenedDatabase) {
  const [organizationId, userId, connectionId, conversationId, ...ids] = Array.from({ length: 8 }, () =>
    randomUUID(),
  );
  const sid = randomUUID();
  const [row] = await store.query<{ no: number }>(
    "insert into organizations (id, name, slug) values ($1::uuid, 'Organisation', $1) returning no",
    [organizationId],
  );
  const no = row?.no ?? 0;
  const [connection] = await store.query<{ no: number }>(
    `insert into twilio_whatsapp_connections (id, organization_id, mode, account_sid, account_name, account_status, account_type,
       owner_account_sid, sender) values ($1::uuid, $2::uuid, 'test', $3, 'Account', 'active', 'full', $3, 'whatsapp:+15550000000')
     returning no`,
    [connectionId, organizationId, `AC${sid.replaceAll("-", "")}`],
  );
  const connectionNo = connection?.no ?? 0;
  const [event] = await store.query<{ id: string }>(
    `insert into twilio_whatsapp_webhook_events (id, connection_no, sid, received_at, step, outcome, body)
     values (nextval('twilio_whatsapp_webhook_events_id_seq'), $1::int, $2::uuid, now(), 1, 0, 'Body=Hello') returning id::text`,
    [connectionNo, sid],
  );
  const id = event?.id ?? "0";
  const run = (text: string, ...parameters: unknown[]) => store.query(text, parameters);
  await run("insert into users (id, name, email) values ($1::uuid, 'Person', $1)", userId);
  await run(
    "insert into members (id, organization_id, user_id, role) values ($1::uuid, $2::uuid, $3::uuid, 'owner')",
    ids[0],
    organizationId,
    userId,
  );
  await run(
    `insert into invitations (id, organization_id, email, role, status, expires_at, inviter_id)
     values ($1::uuid, $2::uuid, 'a@example.org', 'member', 'pending', now() + interval '1 day', $3::uuid)`,
    ids[0],
    organizationId,
    userId,
  );
  await run(
    `insert into api_keys (id, organization_id, user_id, name, role, hash, start)
     values ($1::uuid, $2::uuid, $3::uuid, 'Key', 'member', $1, 'wk')`,
    ids[0],
    organizationId,
    userId,
  );
  await run(
    "insert into audit_log (organization_id, action, subject) values ($1::uuid, 'made', 'it')",
    organizationId,
  );
  await run(
    `insert into twilio_shared_keys (id, organization_id, connection_id, key_id, algorithm, secret_last_four)
     values ($1::uuid, $2::uuid, $3::uuid, 'webhooks_sharedkey_1', 'HMAC_SHA256', 'cret')`,
    ids[0],
    organizationId,
    connectionId,
  );
  await run(
    "insert into canned_replies (id, organization_id, shortcut, body) values ($1::uuid, $2::uuid, 'hi', 'Hello')",
    ids[0],
    organizationId,
  );
  await run(
    "insert into media_files (id, organization_id, type, size, bytes) values ($1::uuid, $2::uuid, 'image/png', 1, 'x')",
    ids[0],
    organizationId,
  );
  await run(
    "insert into webhook_event_keys (sid, step, connection_no, event_id) values ($1::uuid, 1, $2::int, $3::bigint)",
    sid,
    connectionNo,
    id,
  );
  await run("insert into connection_hours (connection_no, hour) values ($1::int, now())", connectionNo);
  await run(
    "insert into webhook_rejections (connection_no, reason, body) values ($1::int, 'signature', 'x')",
    connectionNo,
  );
  const [contact] = await store.query<{ id: string }>(
    "insert into contacts (organization_no, name) values ($1::int, 'Customer') returning id::text",
    [no],
  );
  await run(
    "insert into contact_identities (organization_no, address, contact_id) values ($1::int, 'whatsapp:+1', $2::bigint)",
    no,
    contact?.id,
  );
  await run(
    "insert into contact_notes (contact_id, organization_no, body) values ($2::bigint, $1::int, 'Known')",
    no,
    contact?.id,
  );
  const [conversation] = await store.query<{ id: string }>(
    `insert into conversations (public_id, organization_no, connection_no, ours, contact_id, address)
     values ($1::uuid, $2::int, $3::int, 'whatsapp:+15550000000', $4::bigint, 'whatsapp:+1') returning id::text`,
    [conversationId, no, connectionNo, contact?.id],
  );
  await run(
    `insert into conversation_activity (conversation_id, organization_no, last_message_id, last_at, incoming)
     values ($1::bigint, $2::int, $3::bigint, now(), 1)`,
    conversation?.id,
    no,
    id,
  );
  await run(
    `insert into messages (id, organization_no, connection_no, conversation_id, is_incoming, kind, status, at, body)
     values ($1::bigint, $2::int, $3::int, $4::bigint, true, 0, 0, now(), 'Hello')`,
    id,
    no,
    connectionNo,
    conversation?.id,
  );
  await run(
    `insert into message_search (organization_no, message_id, conversation_id, words)
     values ($1::int, $2::bigint, $3::bigint, 'hello'::tsvector)`,
    no,
    id,
    conversation?.id,
  );
  await run(
    `insert into outgoing_messages (message_id, public_id, organization_no, client_key)
     values ($1::bigint, $2::uuid, $3::int, 'key')`,
    id,
    ids[1],
    no,
  );
  await run(
    "insert into conversation_reads (user_id, conversation_id, incoming) values ($1::uuid, $2::bigint, 0)",
    userId,
    conversation?.id,
  );
  await run(
    "insert into inbox_marks (user_id, organization_no, message_id) values ($1::uuid, $2::int, 0)",
    userId,
    no,
  );
  await run(
    "insert into conversation_notes (id, organization_no, conversation_id, body) values ($1::bigint, $2::int, $3::bigint, 'Note')",
    id,
    no,
    conversation?.id,
  );
  await run(
    `insert into note_mentions (note_id, user_id, organization_no, conversation_id)
     values ($1::bigint, $2::uuid, $3::int, $4::bigint)`,
    id,
    userId,
    no,
    conversation?.id,
  );
  const scope = { organizationId: organizationId ?? "", userId: userId ?? "" };
  return { ...scope, no, conversationId: conversationId ?? "", within: store.within(scope) };
}

async function contextOf(
  desk: Awaited<ReturnType<typeof createTestInstallation>>,
  { organizationId, userId, within }: Awaited<ReturnType<typeof filled>>,
): Promise<Context> {
  const { db, query, queryUnprepared } = desk.platform;
  return {
    ...desk.platform,
    ...within,
    installation: { db, query, queryUnprepared },
    organizationId,
    ids: desk.platform.publicIds(organizationId),
    actor: { userId, name: "Person", email: "person@example.org", role: "owner" },
    ip: null,
  };
}
