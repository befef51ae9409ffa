import { openBenchClient } from "./postgres.ts";

/** Values of the seeded inbox that the measurements use. */
export interface SeedInbox {
  /** Public IDs of a typical conversation and of the largest one. */
  usual: string;
  giant: string;
  /** Message positions in the middle of the largest conversation and of the list, where a deep page starts. */
  inGiant: number;
  inList: number;
}

const VOCABULARY = 20_000;
const SENTENCES = 50_000;
/** The largest conversation's share of all messages. */
const GIANT_SHARE = 0.03;
const PER_CONVERSATION = 30;
/** Number of unread conversations, spread over all. */
const UNREAD = 60;

/**
 * The word of a rank. Word frequencies follow Zipf's law: the first is in every second message, the hundredth in one of a
 * hundred.
 */
export const randomWord = (rank: number) => `w${rank}`;
/** Occurs in three messages. */
export const RARE_WORD = "rarissimum";

/**
 * Seeds conversations in a synthetic language: thirty messages each, and many more in one. One user has read all but a few
 * conversations.
 */
export async function seedInbox(url: string, messages: number): Promise<SeedInbox> {
  await using client = openBenchClient(url);
  const { sql } = client;
  const run = (text: string) => sql.unsafe(text);
  const conversations = Math.ceil(messages / PER_CONVERSATION);
  const giant = Math.floor(messages * GIANT_SHARE);
  await run("set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '128MB'");
  await run(`
    create temp table place as
      select o.no as org, u.id as reader from organizations o, users u;
    insert into twilio_whatsapp_connections (id, organization_id, mode, account_sid, account_name, account_status,
        account_type, owner_account_sid, sender, checked_at)
      select gen_random_uuid(), id, 'live', 'AC' || repeat('9', 32), 'History', 'active', 'full', 'AC' || repeat('9', 32),
        'whatsapp:+19995550000', now() + interval '1 year' from organizations;
    alter table place add line int;
    update place set line = (select no from twilio_whatsapp_connections where sender = 'whatsapp:+19995550000');
    insert into contacts (id, organization_no, name, folded_name) overriding system value
      select n, org, name, ' ' || lower(name) from (select n, org, (array['Ada', 'Bruno', 'Chiara', 'Deniz', 'Emeka', 'Fatima', 'Goran', 'Hana'])[1 + n % 8] || ' '
        || initcap(translate(md5(n::text), '0123456789', 'aeiouaeiou')::varchar(7)) as name from generate_series(1, ${conversations}) n, place) people;
    insert into contact_identities (organization_no, address, contact_id)
      select org, 'whatsapp:+4917' || lpad((n * 7919::bigint % 1000000000)::text, 9, '0'), n from generate_series(1, ${conversations}) n, place;
    insert into conversations (id, public_id, organization_no, connection_no, ours, contact_id, contact_name, contact_folded_name, address) overriding system value
      select k.id, gen_random_uuid(), org, line, 'whatsapp:+19995550000', k.id, k.name, k.folded_name, i.address from contacts k join contact_identities i on i.contact_id = k.id, place`);
  await run(`
    create temp table sentences as
      select s as no, (select string_agg('w' || floor(exp(random() * ln(${VOCABULARY})))::int, ' ') from generate_series(1, 8) k where k + s > 0) as body
      from generate_series(0, ${SENTENCES - 1}) s;
    create unique index on sentences (no);
    analyze sentences`);
  const indexes = ["message_search_words", "messages_thread", "messages_sid"];
  const definitions = (await run(
    `select indexdef from pg_indexes where indexname in (${indexes.map((name) => `'${name}'`).join()})`,
  )) as unknown as { indexdef: string }[];
  await run(indexes.map((name) => `drop index ${name}`).join(";"));
  // Other events use the IDs between messages, as in a real log: two statuses per message.
  await run(`
    insert into messages (id, organization_no, connection_no, conversation_id, sid, is_incoming, kind, status, at, body)
      select 3 * n, org, line, case when n % ${Math.round(1 / GIANT_SHARE)} = 0 and n / ${Math.round(1 / GIANT_SHARE)} <= ${giant} then 1 else 1 + (n * 7919::bigint) % ${conversations} end,
        md5('talk ' || n)::uuid, n % 2 = 0, 1, case when n % 2 = 0 then 0 else 7 end, now() - (${messages} - n) * interval '10 seconds',
        case when n in (${[0.1, 0.5, 0.9].map((part) => Math.floor(messages * part)).join()}) then '${RARE_WORD} ' else '' end || s.body
      from generate_series(1, ${messages}) as g(n) join sentences s on s.no = (g.n * 104729::bigint) % ${SENTENCES}, place`);
  // In this language, words are separated by spaces.
  await run(`
    insert into message_search (organization_no, message_id, conversation_id, words)
      select organization_no, id, conversation_id, array_to_tsvector(array(select distinct unnest(string_to_array(body, ' '))))
      from messages where conversation_id <= ${conversations} and body <> ''`);
  for (const { indexdef } of definitions) await run(indexdef);
  await run(`
    insert into conversation_activity (conversation_id, organization_no, last_message_id, last_at, last_incoming_at, last_incoming_id, incoming, preview)
      select m.conversation_id, m.organization_no, max(m.id), max(m.at), max(m.at) filter (where is_incoming), max(m.id) filter (where is_incoming),
        count(*) filter (where is_incoming), 'the last words' from messages m group by 1, 2;
    insert into conversation_reads (user_id, conversation_id, incoming)
      select reader, conversation_id, incoming - case when conversation_id % ${Math.max(1, Math.floor(conversations / UNREAD))} = 0 then 1 else 0 end
      from conversation_activity, place;
    select setval('twilio_whatsapp_webhook_events_id_seq', ${3 * messages + 1}), setval('contacts_id_seq', ${conversations}), setval('conversations_id_seq', ${conversations})`);
  await run("vacuum analyze");
  const [talk] = (await run(`
    select (select public_id from conversations where id = 2) as usual, (select public_id from conversations where id = 1) as giant,
      (select id::int from messages where conversation_id = 1 order by id offset ${Math.floor(giant / 2)} limit 1) as "inGiant",
      (select last_message_id::int from conversation_activity order by last_message_id offset ${Math.floor(conversations / 2)} limit 1) as "inList"`)) as unknown as [
    SeedInbox,
  ];
  return talk;
}
