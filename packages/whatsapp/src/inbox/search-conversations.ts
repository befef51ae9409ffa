import type { Context } from "../context.ts";
import { type Filter, inState, ME, ROW, type State, walk } from "./conversation-pages.ts";

interface Search {
  search: string;
  filter: Filter;
  state: State;
  /** Hits before this message. */
  cursor: string;
  limit: number;
}

interface Hit {
  conversationId: string;
  /** The newest message found, or for a name the newest of all. */
  key: string;
}

/** So many ids stand together in the index of words. */
const WINDOW_BITS = 11n;
/** So many are looked at before everything is: what is common is found in the first, what is rare is soon read. */
const NEAR_WINDOWS = 16n;
/** So many found near say that the next ones are not far; of fewer there are few at all, and all of them are soon read. */
const MANY_NEAR = 4;
/** At most so many are looked at for them. */
const FURTHER_WINDOWS = 128;
/** In so many of them any part of a word is looked for: no index helps there. */
const PART_WINDOWS = 8n;
/** Who is found by a part of their name so often is found sooner by walking through the list. */
const MANY_CONTACTS = 1_000;
/** Parts of names are indexed by three letters; of less, only the beginning of a name is. */
const SHORT = 3;

/**
 * Conversations with what is searched for in the contact's name or address (any part of it) or in a message (whole words;
 * in recent ones any part), newest hit first, one more than a page where there are more. Only ids: past the second wall, where
 * no index of words can be used.
 */
export async function searchConversations(ctx: Context, search: Search): Promise<Hit[]> {
  const [named, said] = await Promise.all([byName(ctx, search), byWords(ctx, search)]);
  const newest = new Map<string, bigint>();
  for (const { conversationId, key } of [...named, ...said]) {
    const known = newest.get(conversationId);
    if (known === undefined || known < BigInt(key)) newest.set(conversationId, BigInt(key));
  }
  return [...newest]
    .sort(([, a], [, b]) => (a < b ? 1 : -1))
    .slice(0, search.limit + 1)
    .map(([conversationId, key]) => ({ conversationId, key: String(key) }));
}

async function byName(ctx: Context, { search, filter, state, cursor, limit }: Search): Promise<Hit[]> {
  const pattern = search.length < SHORT ? partOf(search).slice(1) : partOf(search);
  const contacts = await ctx.installation.queryAnew<{ id: string; byAddress: boolean }>(CONTACTS, [
    ctx.organizationId,
    pattern,
  ]);
  if (contacts.length === 0) return [];
  const isMany = contacts.length > MANY_CONTACTS;
  const isMeant = contacts.some(({ byAddress }) => byAddress)
    ? `(c.contact_name ilike $4 or ${HAS_ADDRESS})`
    : "c.contact_name ilike $4";
  const page = isMany
    ? walk(state, limit + 1, WITH_CONTACT, `and ${isMeant} ${WITH_WHOM[filter] ?? ""}`)
    : `${ROW} from conversation_activity a ${WITH_CONTACT} where ${BEFORE} ${inState(state)} and c.contact_id = any($4::bigint[])
        ${WITH_WHOM[filter] ?? ""} order by key desc limit ${limit + 1}`;
  return ctx.installation.queryAnew<Hit>(
    `with ${ME} select conversation_id::text as "conversationId", key::text as key from (${page}) page where $2::uuid is not null`,
    [
      ctx.organizationId,
      ctx.actor.userId,
      cursor,
      isMany ? pattern : `{${contacts.map(({ id }) => id).join()}}`,
    ],
  );
}

const WITH_CONTACT = "join conversations c on c.id = a.conversation_id";
const HAS_ADDRESS =
  "exists (select 1 from contact_identities i where i.contact_id = c.contact_id and i.address ilike $4)";
const BEFORE = "a.organization_no = (select no from me) and a.last_message_id < $3::bigint";

const CONTACTS = `
  with org as materialized (select no from organizations where id = $1::uuid)
  (select id::text as id, false as "byAddress" from contacts
  where organization_no = (select no from org) and name ilike $2 limit ${MANY_CONTACTS + 1})
  union all (
  select contact_id::text, true from contact_identities
  where organization_no = (select no from org) and address ilike $2 limit ${MANY_CONTACTS + 1})`;

/** The filters of the list, as conditions. */
const WITH_WHOM: Partial<Record<Filter, string>> = {
  mine: "and c.assignee_id = $2::uuid",
  unassigned: "and c.assignee_id is null",
  unread: `and a.incoming > coalesce((select r.incoming from conversation_reads r
    where r.user_id = $2::uuid and r.conversation_id = a.conversation_id), 0)`,
  mentioned: `and exists (select 1 from note_mentions x where x.organization_no = a.organization_no
    and x.user_id = $2::uuid and x.conversation_id = a.conversation_id and x.seen_at is null)`,
};

async function byWords(ctx: Context, { search, filter, state, cursor, limit }: Search): Promise<Hit[]> {
  const [{ last = "0" } = {}] = await ctx.installation.query<{ last: string }>(NEWEST_ID, []);
  const end = BigInt(cursor) <= BigInt(last) ? BigInt(cursor) : BigInt(last) + 1n;
  const found = new Map<string, Hit>();
  const look = async (where: string, isHit: string, parameters: string[]) => {
    const hits = await ctx.installation.queryAnew<Hit>(hitsOf(where, isHit, filter, state, limit + 1), [
      ctx.organizationId,
      ctx.actor.userId,
      String(end),
      ...parameters,
    ]);
    for (const hit of hits) {
      const known = found.get(hit.conversationId);
      if (!known || BigInt(known.key) < BigInt(hit.key)) found.set(hit.conversationId, hit);
    }
    return found.size > limit;
  };
  const newest = end >> WINDOW_BITS;
  const windows = (from: bigint, count: bigint) =>
    `{${Array.from({ length: Number(count) }, (_, n) => newest - from - BigInt(n)).join()}}`;
  const lookNear = (from: bigint, count: bigint) =>
    look(IN_WINDOWS, ARE_SAID, [search, windows(from, count)]);
  if (await lookNear(0n, 1n)) return [...found.values()];
  // Several words that no new message holds together are rare, and soon read everywhere.
  const isRare = found.size === 0 && /\s/.test(search.trim());
  if (!isRare && (await lookNear(1n, NEAR_WINDOWS - 1n))) return [...found.values()];
  if (found.size >= MANY_NEAR && (await lookNear(NEAR_WINDOWS, windowsFor(limit, found.size))))
    return [...found.values()];
  await Promise.all([
    isRare && lookNear(1n, NEAR_WINDOWS - 1n),
    look(BEFORE_WINDOW, ARE_SAID, [search, String(newest - NEAR_WINDOWS)]),
    look(IN_WINDOWS, "m.body ilike $4", [partOf(search), windows(0n, PART_WINDOWS)]),
  ]);
  return [...found.values()];
}

/** In how many windows a page is likely to be found, where so many were in the near ones. */
function windowsFor(limit: number, found: number): bigint {
  const likely = Math.ceil((1.5 * Number(NEAR_WINDOWS) * (limit + 1)) / found);
  return BigInt(Math.min(likely, FURTHER_WINDOWS));
}

const ARE_SAID = "to_tsvector('simple', coalesce(m.body, '')) @@ plainto_tsquery('simple', $4)";
/** One window after the other: of all at once the planner thinks that rare words need no window, and looks through all time. */
const IN_WINDOWS = `unnest($5::bigint[]) as w(no), lateral (select * from messages m where (m.id >> ${WINDOW_BITS}) = w.no`;
const BEFORE_WINDOW = `lateral (select * from messages m where m.id < ($5::bigint + 1) << ${WINDOW_BITS}`;
const NEWEST_ID = "select last_value::text as last from twilio_whatsapp_webhook_events_id_seq";

/** Materialized, or the planner walks the messages backwards in the hope of a hit. */
const hitsOf = (where: string, isHit: string, filter: Filter, state: State, rows: number) => `
  with ${ME}, hits as materialized (
    select m.id, m.conversation_id from ${where}
      and m.organization_no = (select no from me) and m.id < $3::bigint and ${isHit} offset 0) m
  )
  select h.conversation_id::text as "conversationId", max(h.id)::text as key
  from hits h join conversation_activity a on a.conversation_id = h.conversation_id
  join conversations c on c.id = h.conversation_id
  where $2::uuid is not null ${inState(state)} ${WITH_WHOM[filter] ?? ""}
  group by h.conversation_id order by max(h.id) desc limit ${rows}`;

function partOf(search: string): string {
  return `%${search.replace(/[\\%_]/g, "\\$&")}%`;
}
