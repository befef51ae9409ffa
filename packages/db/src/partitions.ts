import type { OpenedDatabase } from "./client.ts";

/**
 * The event log by months (UTC). What falls into no month that has a partition goes to `…_rest`, and is moved when its
 * month gets one: nothing is refused because a partition is missing.
 */
const TABLE = "twilio_whatsapp_webhook_events";
const REST = `${TABLE}_rest`;
/** Any number; the same in every process. */
const LOCK = 7_205_760;

/**
 * Makes the partitions of the month of `now`, of the next two, and of whatever lies in the rest: after an update that may be
 * years, and minutes.
 */
export async function ensurePartitions(store: OpenedDatabase, now = new Date()): Promise<string[]> {
  const strays = await store.queryWithoutTimeout<{ month: string }>(
    `select distinct to_char(received_at at time zone 'UTC', 'YYYY-MM') as month from ${REST}`,
    [],
  );
  const wanted = [
    ...new Set([monthOf(now), monthOf(now, 1), monthOf(now, 2), ...strays.map((row) => row.month)]),
  ];
  const existing = new Set((await listPartitions(store)).map((partition) => partition.month));
  const missing = wanted.filter((month) => !existing.has(month)).toSorted();
  for (const month of missing) await store.queryWithoutTimeout(makePartition(month), []);
  return missing;
}

/** Drops every month that ended `months` months ago or earlier. Their events' keys stay, so that no repeat is taken for news. */
export async function dropOldPartitions(
  store: OpenedDatabase,
  months: number,
  now = new Date(),
): Promise<string[]> {
  const oldest = monthOf(now, -months);
  const old = (await listPartitions(store)).filter((partition) => partition.month < oldest);
  for (const { table } of old) await store.queryWithoutTimeout(`drop table if exists ${table}`, []);
  return old.map((partition) => partition.month);
}

export async function listPartitions(store: OpenedDatabase): Promise<{ table: string; month: string }[]> {
  const rows = await store.query<{ name: string }>(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = '${TABLE}'::regclass order by 1`,
    [],
  );
  return rows
    .filter((row) => /_\d{4}_\d{2}$/.test(row.name))
    .map((row) => ({ table: row.name, month: row.name.slice(-7).replace("_", "-") }));
}

/** One statement, so one transaction: beside, filled with what was waiting in the rest, then attached. */
function makePartition(month: string): string {
  const table = `${TABLE}_${month.replace("-", "_")}`;
  const [from, to] = [`${month}-01 00:00+00`, `${monthOf(new Date(`${month}-01T00:00Z`), 1)}-01 00:00+00`];
  return `do $$ begin
    perform pg_advisory_xact_lock(${LOCK});
    if to_regclass('${table}') is not null then return; end if;
    create table ${table} (like ${TABLE} including defaults including constraints);
    lock table ${TABLE} in share row exclusive mode;
    with moved as (
      delete from ${REST} where received_at >= '${from}' and received_at < '${to}' returning *
    ) insert into ${table} select * from moved;
    alter table ${TABLE} attach partition ${table} for values from ('${from}') to ('${to}');
  end $$`;
}

/** `2026-11` for any moment of that month, `months` later. */
function monthOf(moment: Date, months = 0): string {
  return new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + months)).toISOString().slice(0, 7);
}
