import { rawStatusOf, statusCodeOf } from "@waystation/whatsapp/webhooks/content/event-status";
import type { WebhookPayloads } from "../load/payloads.ts";
import type { RunSql } from "../setup/bench-installation.ts";

/** Keys of the acknowledged requests. A duplicate and its original share a key. */
export function acknowledgedWebhookKeys(
  payloads: WebhookPayloads,
  ...reports: { acknowledged: Uint8Array }[]
): Set<string> {
  const keys = new Set<string>();
  for (const { acknowledged } of reports)
    for (let index = 0; index < acknowledged.length; index++)
      if (acknowledged[index]) keys.add(payloads.keys[index] ?? "");
  return keys;
}

/** Compares the acknowledged keys with the stored ones. Returns sentences on missing, unexpected and repeated keys. */
export function compareWebhookKeys(acknowledged: Set<string>, stored: string[]): string[] {
  const seen = new Set(stored);
  let missing = 0;
  let unasked = 0;
  for (const key of acknowledged) if (!seen.has(key)) missing += 1;
  for (const key of seen) if (!acknowledged.has(key)) unasked += 1;
  return [
    ...(missing > 0 ? [`${missing} acknowledged and not stored`] : []),
    ...(unasked > 0 ? [`${unasked} stored and not acknowledged`] : []),
    ...(stored.length > seen.size ? [`${stored.length - seen.size} stored twice`] : []),
  ];
}

export async function checkBaseline(query: RunSql, acknowledged: Set<string>): Promise<string[]> {
  const rows = (await query("select message_sid || ' ' || event as key from webhook_events", [])) as {
    key: string;
  }[];
  return compareWebhookKeys(
    acknowledged,
    rows.map((row) => row.key),
  );
}

/** All events in the log, with their keys. */
export async function countStoredEvents(query: RunSql): Promise<{ key: string; outcome: number }[]> {
  const events = (await query(
    "select replace(sid::text, '-', '') as sid, step, outcome from twilio_whatsapp_webhook_events",
    [],
  )) as { sid: string; step: number; outcome: number }[];
  return events.map(({ sid, step, outcome }) => ({
    key: `SM${sid} ${step === 0 ? "received" : rawStatusOf(step)}`,
    outcome,
  }));
}

/** Checks the stored events and their projection to the inbox. */
export async function checkWaystation(query: RunSql, acknowledged: Set<string>): Promise<string[]> {
  const events = await countStoredEvents(query);
  const problems = compareWebhookKeys(
    acknowledged,
    events.map(({ key }) => key),
  );
  const unprojected = events.filter(({ outcome }) => outcome !== 0).length;
  if (unprojected > 0) problems.push(`${unprojected} events are not in the inbox`);

  const wantedStatus = new Map<string, number>();
  let incoming = 0;
  for (const key of acknowledged) {
    const [sid = "", word = ""] = key.split(" ");
    if (word === "received") incoming += 1;
    else wantedStatus.set(sid, Math.max(wantedStatus.get(sid) ?? 0, statusCodeOf(word)));
  }
  const [counts] = (await query(
    `select (select count(*) from messages where is_incoming)::int as messages,
      (select coalesce(sum(incoming), 0) from conversation_activity)::int as counted`,
    [],
  )) as [{ messages: number; counted: number }];
  if (counts.messages !== incoming)
    problems.push(`${counts.messages} incoming messages instead of ${incoming}`);
  if (counts.counted !== incoming)
    problems.push(`${counts.counted} counted as incoming instead of ${incoming}`);

  const statuses = (await query(
    "select 'SM' || replace(sid::text, '-', '') as sid, status from messages where not is_incoming and status >= 5",
    [],
  )) as { sid: string; status: number }[];
  const wrong = statuses.filter(({ sid, status }) => wantedStatus.get(sid) !== status).length;
  if (wrong > 0 || statuses.length !== wantedStatus.size)
    problems.push(`${wrong} wrong statuses, ${statuses.length} instead of ${wantedStatus.size} statuses`);
  return problems;
}
