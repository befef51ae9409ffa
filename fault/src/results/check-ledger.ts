import { webhookKeyOf } from "../fixtures.ts";

/** Runs one statement on one connection, of Postgres or of the embedded database. */
export type RunSqlQuery = (text: string, parameters?: unknown[]) => Promise<Record<string, unknown>[]>;

/**
 * Checks the invariants and returns the violations: E1 acknowledged but not stored, E2 stored twice, E3 stored but never sent,
 * E4 the inbox differs from the events.
 */
export async function checkLedger(
  ask: RunSqlQuery,
  acknowledged: Set<string>,
  sent: Set<string>,
): Promise<{ events: number; problems: string[] }> {
  await ask("drop table if exists pg_temp.acknowledged");
  await ask("drop table if exists pg_temp.sent");
  await fill(ask, "acknowledged", acknowledged);
  await fill(ask, "sent", sent);
  const [counts] = await ask("select count(*)::int as events from twilio_whatsapp_webhook_events");
  const problems: string[] = [];
  for (const [sentence, question] of QUESTIONS) {
    const [row] = await ask(`select count(*)::int as wrong from (${question}) as x`);
    const wrong = Number(row?.wrong);
    if (wrong > 0) problems.push(sentence.replace("%", String(wrong)));
  }
  return { events: Number(counts?.events), problems };
}

async function fill(ask: RunSqlQuery, table: string, names: Set<string>): Promise<void> {
  await ask(`create temp table ${table} (connection_no int, sid uuid, step int2)`);
  const keys = [...names].map(webhookKeyOf);
  for (let from = 0; from < keys.length; from += 10_000) {
    const part = keys.slice(from, from + 10_000);
    await ask(`insert into ${table} select * from unnest($1::int[], $2::uuid[], $3::int2[])`, [
      part.map((key) => key.connectionNo),
      part.map((key) => key.sid),
      part.map((key) => key.step),
    ]);
  }
  await ask(`analyze ${table}`);
}

const EVENTS = "twilio_whatsapp_webhook_events";
const QUESTIONS: [sentence: string, question: string][] = [
  [
    "E1: % acknowledged and not stored",
    `select a.* from acknowledged a left join ${EVENTS} e using (connection_no, sid, step) where e.id is null`,
  ],
  [
    "E2: % stored more than once",
    `select 1 from ${EVENTS} group by connection_no, sid, step, word having count(*) > 1`,
  ],
  [
    "E3: % stored and never sent",
    `select e.id from ${EVENTS} e left join sent s using (connection_no, sid, step) where s.sid is null`,
  ],
  [
    "E4: % messages that are not the incoming events",
    `select 1 from (select * from ${EVENTS} where step = 0) e
     full join (select * from messages where is_incoming) m on m.sid = e.sid and m.connection_no = e.connection_no
     where e.id is distinct from m.id`,
  ],
  ["E4: % events kept without their projection", `select 1 from ${EVENTS} where outcome <> 0`],
  [
    "E4: % outgoing messages whose status is not the furthest of their events",
    `select 1 from messages m left join
       (select connection_no, sid, max(step) as step from ${EVENTS} where step between 1 and 98 group by 1, 2) e
       on e.connection_no = m.connection_no and e.sid = m.sid
     where not m.is_incoming and m.status <> greatest(3, e.step)`,
  ],
  [
    "E4: % statuses about messages that do not know their SID",
    `select 1 from ${EVENTS} e where step between 1 and 98
       and not exists (select 1 from messages m where m.connection_no = e.connection_no and m.sid = e.sid)`,
  ],
  [
    "E4: % conversations whose counts, last message or preview are not those of their messages",
    `select 1 from conversation_activity a left join (
       select conversation_id, count(*) filter (where is_incoming) as incoming, max(id) as last_id,
         max(id) filter (where is_incoming) as last_incoming_id, max(at) filter (where is_incoming) as last_incoming_at
       from messages group by 1) m using (conversation_id)
     left join messages last on last.id = a.last_incoming_id
     where a.incoming <> coalesce(m.incoming, 0)
       or a.last_incoming_id is distinct from m.last_incoming_id
       or a.last_incoming_at is distinct from m.last_incoming_at
       or (m.last_incoming_id is not null and (a.last_message_id <> m.last_id or left(a.preview, 20) <> left(last.body, 20)))`,
  ],
  [
    "E4: % conversations with incoming messages and no activity",
    `select 1 from conversations c where not exists (select 1 from conversation_activity a where a.conversation_id = c.id)`,
  ],
  [
    "E4: % addresses or conversations that stand for the same contact twice, or for none",
    `select 1 from contacts c where not exists (select 1 from contact_identities i where i.contact_id = c.id)
     union all select 1 from conversations group by connection_no, ours, address having count(*) > 1`,
  ],
  [
    "E4: % hours whose counts are not those of their events",
    `select 1 from (select connection_no, count(*) filter (where step = 0) as incoming, count(*) filter (where step > 0)
         as statuses, count(*) filter (where step in (9, 10)) as failed from ${EVENTS} group by 1) e
     full join (select connection_no, sum(incoming) as incoming, sum(statuses) as statuses, sum(failed) as failed
       from connection_hours group by 1) h using (connection_no)
     where e.incoming is distinct from h.incoming or e.statuses is distinct from h.statuses
       or e.failed is distinct from h.failed`,
  ],
];
