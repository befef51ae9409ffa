import type { OpenedDatabase } from "@waystation/db/client";
import { numberArrayLiteral } from "./array-literal.ts";
import { parseFormBody } from "./form-body.ts";
import { PROJECT_EVENTS } from "./ingest-statement.ts";
import { parseWebhook } from "./parse-webhook.ts";
import {
  columnsOfRecords,
  newIds,
  projectionOfRecord,
  WEBHOOK_OUTCOMES,
  type WebhookRecord,
} from "./webhook-record.ts";

interface StoredEvent {
  id: string;
  connectionNo: number;
  organizationNo: number;
  sid: string;
  step: number;
  word: string | null;
  receivedAt: string;
  body: string;
  bodyHex: string | null;
}

const BATCH = 1_000;
const UNPROJECTED = WEBHOOK_OUTCOMES.indexOf("unprojected");

/**
 * Rebuilds all incoming messages, all statuses and the activity of every conversation from the event log. Contacts,
 * conversations and the data of users stay as they are. Run it only while no server is running.
 */
export async function rebuildProjection(
  store: OpenedDatabase,
  progress: (events: number) => void = () => {},
): Promise<number> {
  const resolved = await store.query<{ id: string }>(
    "select conversation_id::text as id from conversation_activity where not is_open",
    [],
  );
  await store.query("delete from conversation_activity", []);
  await store.query("delete from messages where is_incoming", []);
  let after = "0";
  let done = 0;
  for (;;) {
    const events = await store.query<StoredEvent>(EVENTS_AFTER, [after, BATCH]);
    const last = events.at(-1);
    if (!last) break;
    await project(store, events);
    after = last.id;
    done += events.length;
    progress(done);
  }
  await store.query(ACTIVITY_OF_OUTGOING, []);
  // The replayed messages reopened these conversations. Users had resolved them.
  await store.query(
    "update conversation_activity set is_open = false where conversation_id = any($1::bigint[])",
    [numberArrayLiteral(resolved.map(({ id }) => id))],
  );
  return done;
}

/** Retries events whose projection failed, one by one. Returns how many were tried and how many still fail. */
export async function retryUnprojected(store: OpenedDatabase): Promise<{ tried: number; left: number }> {
  const events = await store.query<StoredEvent>(UNPROJECTED_EVENTS, [UNPROJECTED, BATCH]);
  let left = 0;
  for (const event of events) {
    try {
      await project(store, [event]);
      await store.query("update twilio_whatsapp_webhook_events set outcome = 0 where id = $1::bigint", [
        event.id,
      ]);
    } catch {
      left += 1;
    }
  }
  return { tried: events.length, left };
}

async function project(store: OpenedDatabase, events: StoredEvent[]): Promise<void> {
  const deliveries = events.map(deliveryOf);
  await store.query(PROJECT_EVENTS, [
    ...columnsOfRecords(deliveries),
    newIds(deliveries),
    events.map((event) => event.id),
    events.map((event) => event.receivedAt),
  ]);
}

function deliveryOf(event: StoredEvent): WebhookRecord {
  const body = event.bodyHex === null ? Buffer.from(event.body, "latin1") : Buffer.from(event.bodyHex, "hex");
  const webhook = parseWebhook(parseFormBody(body) ?? [], body, event.step > 0);
  return {
    receiver: { no: event.connectionNo, organizationNo: event.organizationNo },
    webhook: { sid: event.sid, step: event.step, word: event.word },
    projection: projectionOfRecord({ step: event.step, values: webhook?.values ?? new Map() }, "stored"),
    body,
    messageId: null,
    outcome: "stored",
  };
}

const COLUMNS = `e.id::text as id, e.connection_no as "connectionNo", o.no as "organizationNo", e.sid, e.step, e.word,
  e.received_at::text as "receivedAt", e.body, encode(e.body_bytes, 'hex') as "bodyHex"
  from twilio_whatsapp_webhook_events e
  join twilio_whatsapp_connections c on c.no = e.connection_no
  join organizations o on o.id = c.organization_id`;

const EVENTS_AFTER = `select ${COLUMNS} where e.id > $1::bigint and e.outcome = 0 order by e.id limit $2::int`;
const UNPROJECTED_EVENTS = `select ${COLUMNS} where e.outcome = $1::int2 order by e.id limit $2::int`;

const ACTIVITY_OF_OUTGOING = `
  insert into conversation_activity as a (conversation_id, organization_no, last_message_id, last_at, preview)
  select distinct on (conversation_id) conversation_id, organization_no, id, at, left(coalesce(body, ''), 120)
  from messages where not is_incoming order by conversation_id, id desc
  on conflict (conversation_id) do update set
    last_message_id = greatest(a.last_message_id, excluded.last_message_id),
    last_at = greatest(a.last_at, excluded.last_at),
    preview = case when excluded.last_message_id > a.last_message_id then excluded.preview else a.preview end`;
