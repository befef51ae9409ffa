import { setTimeout as pause } from "node:timers/promises";
import type { Database, OpenedDatabase } from "@waystation/db/client";
import { sql } from "drizzle-orm";
import { numberArrayLiteral, textArrayLiteral } from "../webhooks/array-literal.ts";
import { foldContactName } from "./fold-name.ts";
import {
  parseSearchIndexState,
  SEARCH_INDEX_STATE_KEY,
  SEARCH_INDEX_VERSION,
  type SearchIndexState,
} from "./index-state.ts";
import { buildSearchVector } from "./tokens.ts";

interface IndexingOptions {
  signal?: AbortSignal;
  /** Rows per transaction. */
  batch?: number;
  /** Called after each batch. */
  onProgress?: (progress: IndexingProgress) => void;
  /** Also checks contacts that were folded before: a server of an earlier release may have renamed them. */
  checkContacts?: boolean;
  /** Indexes messages up to this id that lack their words. No transaction may still be storing a message up to this id. */
  checkThrough?: number;
}

export interface IndexingProgress {
  rows: number;
  /** The share of all messages, by their ids: from 0 to 1. */
  done: number;
}

const BATCH = 500;
/** More than the number of ids assigned to messages that are not committed yet. */
const ON_THEIR_WAY = 20_000;
type Transaction = Pick<Database, "execute">;

/**
 * Indexes rows stored before the index existed or by a server of an earlier release: contacts, then messages, newest first, in
 * short transactions. The progress is stored in the database. Several servers take turns, and a restart continues.
 */
export async function buildSearchIndex(
  store: OpenedDatabase,
  options: IndexingOptions = {},
): Promise<number> {
  const { signal, batch = BATCH, onProgress } = options;
  await store.db.execute(
    sql`insert into instance (key, value) values (${SEARCH_INDEX_STATE_KEY}, ${'{"version":0}'}) on conflict do nothing`,
  );
  let isChecking = options.checkContacts ?? false;
  let total = 0;
  while (!signal?.aborted) {
    const start = performance.now();
    const step = await store.db.transaction((tx) => takeStep(tx, { ...options, batch, isChecking }));
    isChecking = false;
    if (step === "busy") {
      await wait(1_000, signal);
      continue;
    }
    total += step.rows;
    await removeOrphans(store, step.indexed);
    if (step.rows > 0) onProgress?.({ rows: step.rows, done: shareOf(step.state) });
    if (step.isLast) break;
    // Pauses as long as the batch took, which leaves half of the time to other queries.
    await wait(performance.now() - start, signal);
  }
  if (!signal?.aborted) await dropEarlierIndexes(store);
  return total;
}

interface Step {
  state: SearchIndexState;
  rows: number;
  indexed: StoredMessage[];
  isLast: boolean;
}

async function takeStep(
  tx: Transaction,
  { batch, isChecking, checkThrough }: IndexingOptions & { batch: number; isChecking: boolean },
): Promise<Step | "busy"> {
  const [row] = await rowsOf<{ value: string }>(
    tx,
    sql`select value from instance where key = ${SEARCH_INDEX_STATE_KEY} for update skip locked`,
  );
  if (!row) return "busy";
  const state = parseSearchIndexState(row.value) ?? (await beginningState(tx));
  if (isChecking) state.contactsAfter ??= 0;
  let indexed: StoredMessage[] = [];
  let rows: number;
  let isLast = false;
  if (state.contactsAfter !== null) {
    const contacts = await foldContacts(tx, state.contactsAfter, batch);
    rows = contacts.length;
    state.contactsAfter = contacts.length < batch ? null : Number(contacts.at(-1)?.id);
  } else if (state.messagesFrom > 0) {
    indexed = await rowsOf<StoredMessage>(
      tx,
      sql`select m.id::text as id, organization_no, conversation_id::text as conversation_id, body from messages m
          where m.id < ${state.messagesFrom} order by m.id desc limit ${batch}`,
    );
    rows = indexed.length;
    state.messagesFrom = indexed.length < batch ? 0 : Number(indexed.at(-1)?.id);
  } else {
    const through = Math.max(state.completeThrough, checkThrough ?? 0);
    indexed = await rowsOf<StoredMessage>(
      tx,
      sql`select m.id::text as id, organization_no, conversation_id::text as conversation_id, body from messages m
          where m.id > ${state.completeThrough} and m.id <= ${through} and body is not null and not exists (
            select from message_search s where s.organization_no = m.organization_no and s.message_id = m.id)
          order by m.id limit ${batch}`,
    );
    rows = indexed.length;
    isLast = indexed.length < batch;
    state.completeThrough = isLast ? through : Number(indexed.at(-1)?.id);
  }
  await storeWords(tx, indexed);
  await tx.execute(
    sql`update instance set value = ${JSON.stringify(state)} where key = ${SEARCH_INDEX_STATE_KEY} and value <> ${JSON.stringify(state)}`,
  );
  return { state, rows, indexed, isLast };
}

/**
 * Newer messages are indexed when they are stored. The exception are the last ids: a server of an earlier release may be
 * storing them now, so they are checked.
 */
async function beginningState(tx: Transaction): Promise<SearchIndexState> {
  const [row] = await rowsOf<{ last: string }>(
    tx,
    sql`select last_value::text as last from twilio_whatsapp_webhook_events_id_seq`,
  );
  const last = Number(row?.last ?? 0);
  return {
    version: SEARCH_INDEX_VERSION,
    contactsAfter: 0,
    messagesFrom: last + 1,
    completeThrough: Math.max(0, last - ON_THEIR_WAY),
  };
}

interface StoredMessage extends Record<string, unknown> {
  id: string;
  organization_no: number;
  conversation_id: string;
  body: string | null;
}

async function storeWords(tx: Transaction, messages: StoredMessage[]): Promise<void> {
  const worded = messages.flatMap((message) => {
    const words = buildSearchVector(message.body);
    return words === null ? [] : { ...message, words };
  });
  if (worded.length === 0) return;
  await tx.execute(sql`
    insert into message_search (organization_no, message_id, conversation_id, words)
    select x.organization_no, x.message_id, x.conversation_id, x.words::tsvector
    from unnest(${numberArrayLiteral(worded.map((each) => each.organization_no))}::int[],
      ${numberArrayLiteral(worded.map(({ id }) => id))}::bigint[],
      ${numberArrayLiteral(worded.map((each) => each.conversation_id))}::bigint[],
      ${textArrayLiteral(worded.map(({ words }) => words))}::text[]) as x(organization_no, message_id, conversation_id, words)
    order by x.message_id
    on conflict (organization_no, message_id) do update set words = excluded.words`);
}

/** Removes the words of messages that were deleted before their words were stored. */
async function removeOrphans(store: OpenedDatabase, indexed: StoredMessage[]): Promise<void> {
  if (indexed.length === 0) return;
  await store.query(
    `delete from message_search s using unnest($1::int[], $2::bigint[]) as x(organization_no, message_id)
     where s.organization_no = x.organization_no and s.message_id = x.message_id
       and not exists (select from messages m where m.id = s.message_id and m.body is not null)`,
    [
      numberArrayLiteral(indexed.map((each) => each.organization_no)),
      numberArrayLiteral(indexed.map(({ id }) => id)),
    ],
  );
}

interface StoredContact extends Record<string, unknown> {
  id: string;
  name: string | null;
  username: string | null;
  folded_name: string | null;
  folded_username: string | null;
}

async function foldContacts(tx: Transaction, after: number, batch: number): Promise<StoredContact[]> {
  const contacts = await rowsOf<StoredContact>(
    tx,
    sql`select c.id::text as id, name, username, folded_name, folded_username from contacts c
        where c.id > ${after} order by c.id limit ${batch}`,
  );
  const changed = contacts.flatMap((contact) => {
    const [name, username] = [foldContactName(contact.name), foldContactName(contact.username)];
    return name === contact.folded_name && username === contact.folded_username
      ? []
      : { ...contact, folded_name: name, folded_username: username };
  });
  if (changed.length > 0)
    // A contact renamed meanwhile already has the folded form of its new name.
    await tx.execute(sql`
      update contacts c set folded_name = x.folded_name, folded_username = x.folded_username
      from unnest(${numberArrayLiteral(changed.map(({ id }) => id))}::bigint[],
        ${textArrayLiteral(changed.map(({ name }) => name))}::text[],
        ${textArrayLiteral(changed.map(({ username }) => username))}::text[],
        ${textArrayLiteral(changed.map((each) => each.folded_name))}::text[],
        ${textArrayLiteral(changed.map((each) => each.folded_username))}::text[])
        as x(id, name, username, folded_name, folded_username)
      where c.id = x.id and c.name is not distinct from x.name and c.username is not distinct from x.username`);
  return contacts;
}

const EARLIER_INDEXES = ["messages_words", "contacts_name_parts"];

/** The indexes that earlier releases searched by. */
async function dropEarlierIndexes(store: OpenedDatabase): Promise<void> {
  const left = await store.query<{ name: string }>(
    "select relname as name from pg_class where relname = any($1::text[]) and relkind = 'i'",
    [textArrayLiteral(EARLIER_INDEXES)],
  );
  const how = store.kind === "postgres" ? "concurrently " : "";
  for (const name of EARLIER_INDEXES)
    if (left.some((index) => index.name === name))
      await store.queryWithoutTimeout(`drop index ${how}if exists ${name}`, []);
}

function shareOf({ messagesFrom, completeThrough }: SearchIndexState): number {
  return completeThrough === 0 ? 1 : 1 - Math.min(messagesFrom, completeThrough) / completeThrough;
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await pause(milliseconds, undefined, { signal }).catch(() => {});
}

async function rowsOf<Row extends Record<string, unknown>>(
  tx: Transaction,
  statement: Parameters<Transaction["execute"]>[0],
): Promise<Row[]> {
  // postgres.js returns the rows, PGlite an object that contains them.
  const result = (await tx.execute(statement)) as unknown;
  return (Array.isArray(result) ? result : (result as { rows: Row[] }).rows) as Row[];
}
