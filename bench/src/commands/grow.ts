/** Runs the same load alternately on an empty installation and on one with years of history. */

import {
  SEARCH_INDEX_STATE_KEY,
  SEARCH_INDEX_VERSION,
  type SearchIndexState,
} from "@waystation/whatsapp/search/index-state";
import { startLoadGenerator } from "../load/load-generator.ts";
import { createBenchWorld, createWebhookPayloads } from "../load/payloads.ts";
import { acknowledgedWebhookKeys, checkWaystation } from "../measure/check-ledger.ts";
import { describeMachine } from "../measure/machine.ts";
import { awaitIdleMachine, type Measurement, measureQueries, warmUpQueries } from "../measure/measure.ts";
import { parseBenchOptions } from "../measure/options.ts";
import { formatGoalTable, formatNumber, formatTable, medianOf } from "../measure/table.ts";
import { createInstallationTemplate } from "../setup/bench-installation.ts";
import { openBenchClient, startBenchDatabases } from "../setup/postgres.ts";
import { startBenchTarget } from "../setup/targets.ts";
import { createTempFolder } from "../setup/temp-folder.ts";

const options = parseBenchOptions(process.argv.slice(2), {
  events: 5_000_000,
  messages: 3_000_000,
  conversations: 300_000,
  rounds: 3,
  seconds: 6,
  warmup: 3,
  connections: 64,
  requests: 200_000,
  patience: 0,
});
const names = ["empty", "grown"] as const;

using folder = createTempFolder();
console.log(`${describeMachine()}\n`);
// Each round sends new messages: repeated ones would only be recognised as duplicates.
const rounds = Array.from({ length: options.rounds }, (_, index) => {
  const world = createBenchWorld(index);
  return { world, payloads: createWebhookPayloads(world, options.requests) };
});
const loads = rounds.map(({ world, payloads }) => ({ world, outgoing: payloads.outgoing }));
await using databases = await startBenchDatabases();
for (const name of names) await createInstallationTemplate(databases, name, loads, folder.path);
const begin = performance.now();
await fill(databases.urlOf("grown"));
console.log(
  `${formatNumber(options.events)} events, ${formatNumber(options.messages)} messages and ${formatNumber(options.conversations)} conversations stored in ${formatNumber((performance.now() - begin) / 1_000)} s`,
);

const results = { empty: [] as Measurement[], grown: [] as Measurement[] };
const problems: string[] = [];
for (const [round, { payloads }] of rounds.entries()) {
  await using generator = await startLoadGenerator(payloads, folder.path);
  for (const name of round % 2 ? names.toReversed() : names) {
    await databases.settle();
    await awaitIdleMachine(options.patience);
    const environment = { DATABASE_URL: databases.urlOf(name), DATA_DIR: folder.path };
    await using target = await startBenchTarget("product", environment, folder.path);
    const order = { port: target.port, connections: options.connections, rate: null, wrap: false, from: 0 };
    const warm = await warmUpQueries(generator, { ...order, seconds: options.warmup });
    const measured = await measureQueries(generator, target, databases, {
      ...order,
      seconds: options.seconds,
      from: warm.at(-1)?.next ?? 0,
    });
    results[name].push(measured);
    for (const report of [...warm, measured])
      for (const [status, count] of Object.entries(report.statuses))
        if (status !== "200") problems.push(`${count} answered ${status}`);
    if (name === "empty" && round === 0) {
      await using client = openBenchClient(databases.urlOf(name));
      const acknowledged = acknowledgedWebhookKeys(payloads, ...warm, measured);
      problems.push(...(await checkWaystation((text) => client.sql.unsafe(text), acknowledged)));
    }
    console.log(
      `round ${round + 1}  ${name}  ${formatNumber(measured.requestsPerSecond)}/s  CPU ${formatNumber(measured.serverCpu)} + ${formatNumber(measured.databaseCpu)} µs  p99 ${formatNumber(measured.p99, 1)} ms  others ${formatNumber(measured.others * 100)} %`,
    );
  }
}

const of = (name: (typeof names)[number], figure: (one: Measurement) => number) =>
  medianOf(results[name].map(figure));
console.log(
  `\n${formatTable(
    ["", "req/s", "p50 ms", "p99 ms", "server µs", "Postgres µs"],
    names.map((name) => [
      name,
      formatNumber(of(name, (one) => one.requestsPerSecond)),
      formatNumber(
        of(name, (one) => one.p50),
        1,
      ),
      formatNumber(
        of(name, (one) => one.p99),
        1,
      ),
      formatNumber(of(name, (one) => one.serverCpu)),
      formatNumber(of(name, (one) => one.databaseCpu)),
    ]),
  )}\n`,
);
const rate = (one: Measurement) => one.requestsPerSecond;
console.log(
  formatGoalTable([
    { what: "requests/s, grown against empty", value: of("grown", rate) / of("empty", rate), atLeast: 0.7 },
  ]),
);
if (problems.length > 0) {
  console.log(`\nWRONG: ${problems.join("; ")}`);
  process.exitCode = 1;
}

/**
 * Adds history to another connection of the same organisation, as months of webhooks would have left it. Writes in chunks and
 * creates indexes afterwards. Message keys are random, like Twilio's.
 */
async function fill(url: string): Promise<void> {
  await using client = openBenchClient(url);
  const { sql } = client;
  const { events, messages, conversations } = options;
  await sql.unsafe(
    "set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '128MB'",
  );
  await sql.unsafe(`
    insert into twilio_whatsapp_connections (id, organization_id, mode, account_sid, account_name, account_status,
      account_type, owner_account_sid, sender, checked_at)
    select gen_random_uuid(), id, 'live', 'AC' || repeat('9', 32), 'History', 'active', 'full', 'AC' || repeat('9', 32),
      'whatsapp:+19995550000', now() + interval '1 year' from organizations`);
  const [place] = (await sql.unsafe(
    "select c.no as line, o.no as org from twilio_whatsapp_connections c join organizations o on o.id = c.organization_id where c.sender = 'whatsapp:+19995550000'",
  )) as unknown as [{ line: number; org: number }];
  const [start] = (await sql.unsafe(
    "select nextval('twilio_whatsapp_webhook_events_id_seq')::int as id, (select coalesce(max(id), 0) from contacts)::int as contact, (select coalesce(max(id), 0) from conversations)::int as talk",
  )) as unknown as [{ id: number; contact: number; talk: number }];
  await sql.unsafe(`
    insert into contacts (id, organization_no, name) overriding system value
    select ${start.contact} + n, ${place.org}, 'Person ' || n from generate_series(1, ${conversations}) n`);
  await sql.unsafe(`
    insert into contact_identities (organization_no, address, contact_id)
    select ${place.org}, 'whatsapp:+4917' || lpad(n::text, 9, '0'), ${start.contact} + n from generate_series(1, ${conversations}) n`);
  await sql.unsafe(`
    insert into conversations (id, public_id, organization_no, connection_no, ours, contact_id, address) overriding system value
    select ${start.talk} + n, gen_random_uuid(), ${place.org}, ${place.line}, 'whatsapp:+19995550000', ${start.contact} + n,
      'whatsapp:+4917' || lpad(n::text, 9, '0') from generate_series(1, ${conversations}) n`);
  const pieces = (count: number, piece = 250_000) =>
    Array.from({ length: Math.ceil(count / piece) }, (_, index) => [
      index * piece + 1,
      Math.min(count, (index + 1) * piece),
    ]);
  for (const [from, to] of pieces(messages))
    await sql.unsafe(`
      insert into messages (id, organization_no, connection_no, conversation_id, sid, is_incoming, kind, status, at, body)
      select ${start.id} + n, ${place.org}, ${place.line}, ${start.talk} + 1 + (n * 7919::bigint) % ${conversations},
        md5('history ' || n)::uuid, n % 2 = 0, 1, case when n % 2 = 0 then 0 else 7 end, now() - (${messages} - n) * interval '1 second',
        'order ' || n || ' arrives ' || (array['today', 'tomorrow', 'on monday', 'next week', 'in the morning'])[1 + n % 5]
          || ' to street ' || n % 20000 || ', please call back'
      from generate_series(${from}, ${to}) n`);
  await sql.unsafe(`
    insert into message_search (organization_no, message_id, conversation_id, words)
    select organization_no, id, conversation_id, array_to_tsvector(array(select distinct unnest(string_to_array(replace(body, ',', ''), ' '))))
    from messages where id > ${start.id}`);
  // Marks the search index as complete, so that the server has nothing to index.
  await sql.unsafe(
    `insert into instance (key, value) values ('${SEARCH_INDEX_STATE_KEY}', '${JSON.stringify({
      version: SEARCH_INDEX_VERSION,
      contactsAfter: null,
      messagesFrom: 0,
      completeThrough: 0,
    } satisfies SearchIndexState)}') on conflict (key) do update set value = excluded.value`,
  );
  for (const [from, to] of pieces(events)) {
    await sql.unsafe(`
      insert into webhook_event_keys (sid, step, connection_no, event_id)
      select md5('history ' || (n % ${messages}))::uuid, case when n <= ${messages} then 0 else 6 end, ${place.line}, ${start.id} + n
      from generate_series(${from}, ${to}) n on conflict do nothing`);
    await sql.unsafe(`
      insert into twilio_whatsapp_webhook_events (id, connection_no, sid, step, outcome, received_at, body)
      select ${start.id} + n, ${place.line}, md5('history ' || (n % ${messages}))::uuid, case when n <= ${messages} then 0 else 6 end, 0,
        now() - (${events} - n) * interval '1 second', repeat('Parameter' || n % 10 || '=value&', 28)
      from generate_series(${from}, ${to}) n`);
  }
  await sql.unsafe(`
    insert into conversation_activity (conversation_id, organization_no, last_message_id, last_at, last_incoming_at, last_incoming_id, incoming, preview)
    select ${start.talk} + n, ${place.org}, ${start.id} + n, now(), now(), ${start.id} + n, 5, 'order' from generate_series(1, ${conversations}) n`);
  await sql.unsafe(`
    select setval('twilio_whatsapp_webhook_events_id_seq', ${start.id} + ${Math.max(events, messages)} + 1),
      setval('contacts_id_seq', ${start.contact} + ${conversations} + 1),
      setval('conversations_id_seq', ${start.talk} + ${conversations} + 1)`);
  await sql.unsafe("vacuum analyze");
}
