import type { Context } from "@waystation/core/context";
import type { SearchTerms } from "../search/read-search.ts";
import { numberArrayLiteral, textArrayLiteral } from "../webhooks/array-literal.ts";
import {
  activityColumns,
  type ConversationFilter,
  type ConversationState,
  conversationStateCondition,
  scanIndex,
  viewerCte,
} from "./conversation-pages.ts";

interface Search {
  terms: SearchTerms;
  filter: ConversationFilter;
  state: ConversationState;
  /** Only hits before this message. */
  cursor: string;
  limit: number;
}

export interface SearchHit {
  conversationId: string;
  /** Hits are ordered by this message: the newest one found, or the conversation's newest if the contact matched. */
  key: string;
  /** Null if only the contact matched. */
  messageId: string | null;
}

/** The word index groups 2^11 message ids into a window. */
const WINDOW_BITS = 11n;
/**
 * Windows searched before the whole index. Common words are found in the first windows; rare words are cheap to search
 * everywhere.
 */
const NEAR_WINDOWS = 16n;
/**
 * With this many hits in the near windows, more hits are close by. With fewer, the word is rare and cheap to search everywhere.
 */
const MANY_NEAR = 4;
/** The maximum number of windows searched after the near ones. */
const FURTHER_WINDOWS = 128;
/** With more matching contacts than this, scanning the conversation list is faster. */
const MANY_CONTACTS = 1_000;
/** Parts of words are only searched in this many of an organisation's newest messages: no index supports them. */
export const PARTIAL_MATCH_MESSAGES = 5_000;

/**
 * Finds conversations by the contact's name or address (any part) or by a message (whole words; any part in the newest ones).
 * Returns up to `limit + 1` hits, newest first. Runs outside row-level security, under which Postgres cannot use an index of
 * words; so the queries filter by organisation and return only ids.
 */
export async function searchConversations(ctx: Context, search: Search): Promise<SearchHit[]> {
  const [named, said] = await Promise.all([byName(ctx, search), byWords(ctx, search)]);
  const newest = new Map<string, SearchHit>();
  for (const hit of [...said, ...named]) {
    const known = newest.get(hit.conversationId);
    if (!known) newest.set(hit.conversationId, hit);
    // Keeps the message that was found.
    else if (BigInt(known.key) < BigInt(hit.key))
      newest.set(hit.conversationId, { ...hit, messageId: hit.messageId ?? known.messageId });
  }
  return [...newest.values()]
    .sort((a, b) => (BigInt(a.key) < BigInt(b.key) ? 1 : -1))
    .slice(0, search.limit + 1);
}

async function byName(ctx: Context, { terms, filter, state, cursor, limit }: Search): Promise<SearchHit[]> {
  const { nameGrams, namePatterns, nameDigits, addresses } = terms;
  if (nameGrams === "" && addresses.length === 0) return [];
  const patterns = [
    textArrayLiteral(namePatterns),
    textArrayLiteral(nameDigits),
    textArrayLiteral(addresses),
  ];
  const contacts = await ctx.installation.queryUnprepared<{ id: string; byAddress: boolean }>(CONTACTS, [
    ctx.organizationId,
    ...patterns,
    nameGrams,
  ]);
  if (contacts.length === 0) return [];
  const isMany = contacts.length > MANY_CONTACTS;
  const isMeant = contacts.some(({ byAddress }) => byAddress)
    ? `(${isNamed("c.contact_folded_name", 4)} or ${HAS_ADDRESS})`
    : isNamed("c.contact_folded_name", 4);
  const page = isMany
    ? scanIndex(state, limit + 1, WITH_CONTACT, `and ${isMeant} ${WITH_WHOM[filter] ?? ""}`)
    : `${activityColumns} from conversation_activity a ${WITH_CONTACT} where ${BEFORE} ${conversationStateCondition(state)} and c.contact_id = any($4::bigint[])
        ${WITH_WHOM[filter] ?? ""} order by key desc limit ${limit + 1}`;
  return ctx.installation.queryUnprepared<SearchHit>(
    `with ${viewerCte} select conversation_id::text as "conversationId", key::text as key, null as "messageId" from (${page}) page
     where $2::uuid is not null ${isMany ? "and $6::text[] is not null" : ""}`,
    [
      ctx.organizationId,
      ctx.actor.userId,
      cursor,
      ...(isMany ? patterns : [numberArrayLiteral(contacts.map(({ id }) => id))]),
    ],
  );
}

/**
 * All words as typed, or digits alone. Uses two parameters from `parameter` on. Collation C compares bytes, whatever the
 * locale.
 */
const isNamed = (column: string, parameter: number) => `(
  (cardinality($${parameter}::text[]) > 0 and ${column} collate "C" like all ($${parameter}::text[]))
  or ${column} collate "C" like any ($${parameter + 1}::text[]))`;
const behindChannel = (address: string) => `substr(${address}, strpos(${address}, ':') + 1) collate "C"`;

const WITH_CONTACT = "join conversations c on c.id = a.conversation_id";
const HAS_ADDRESS = `exists (select 1 from contact_identities i
  where i.contact_id = c.contact_id and ${behindChannel("i.address")} like any ($6::text[]))`;
const BEFORE = "a.organization_no = (select no from me) and a.last_message_id < $3::bigint";

const FOLDED = "(coalesce(folded_name, '') || coalesce(folded_username, ''))";
const CONTACTS = `
  with org as materialized (select no from organizations where id = $1::uuid)
  (select id::text as id, false as "byAddress" from contacts
  where organization_no = (select no from org) and name_grams${FOLDED} @@ $5::tsquery
    and ${isNamed(FOLDED, 2)} limit ${MANY_CONTACTS + 1})
  union all (
  select contact_id::text, true from contact_identities
  where organization_no = (select no from org) and address like any ($4::text[])
    and ${behindChannel("address")} like any ($4::text[]) limit ${MANY_CONTACTS + 1})`;

/** The filters of the list, as conditions. */
const WITH_WHOM: Partial<Record<ConversationFilter, string>> = {
  mine: "and c.assignee_id = $2::uuid",
  unassigned: "and c.assignee_id is null",
  unread: `and a.incoming > coalesce((select r.incoming from conversation_reads r
    where r.user_id = $2::uuid and r.conversation_id = a.conversation_id), 0)`,
  mentioned: `and exists (select 1 from note_mentions x where x.organization_no = a.organization_no
    and x.user_id = $2::uuid and x.conversation_id = a.conversation_id and x.seen_at is null)`,
};

async function byWords(ctx: Context, { terms, filter, state, cursor, limit }: Search): Promise<SearchHit[]> {
  const { words, parts } = terms;
  if (words === null) return [];
  const [{ last = "0" } = {}] = await ctx.installation.query<{ last: string }>(NEWEST_ID, []);
  const end = BigInt(cursor) <= BigInt(last) ? BigInt(cursor) : BigInt(last) + 1n;
  const found = new Map<string, SearchHit>();
  const look = async (where: string, isHit: string, parameters: string[]) => {
    const hits = await ctx.installation.queryUnprepared<SearchHit>(
      hitsOf(where, isHit, filter, state, limit + 1),
      [ctx.organizationId, ctx.actor.userId, String(end), ...parameters],
    );
    for (const hit of hits) {
      const known = found.get(hit.conversationId);
      if (!known || BigInt(known.key) < BigInt(hit.key)) found.set(hit.conversationId, hit);
    }
    return found.size > limit;
  };
  const newest = end >> WINDOW_BITS;
  const windows = (from: bigint, count: bigint) =>
    numberArrayLiteral(Array.from({ length: Number(count) }, (_, n) => String(newest - from - BigInt(n))));
  const lookNear = (from: bigint, count: bigint) => look(IN_WINDOWS, ARE_SAID, [words, windows(from, count)]);
  if (await lookNear(0n, 1n)) return [...found.values()];
  // A combination of words that no recent message contains is rare and cheap to search everywhere.
  const isRare = found.size === 0 && / & | <-> /.test(words);
  if (!isRare && (await lookNear(1n, NEAR_WINDOWS - 1n))) return [...found.values()];
  if (found.size >= MANY_NEAR && (await lookNear(NEAR_WINDOWS, windowsFor(limit, found.size))))
    return [...found.values()];
  await Promise.all([
    isRare && lookNear(1n, NEAR_WINDOWS - 1n),
    look(BEFORE_WINDOW, ARE_SAID, [words, String(newest - NEAR_WINDOWS)]),
    parts !== null && look(IN_NEWEST, HAVE_PARTS, [textArrayLiteral(parts)]),
  ]);
  return [...found.values()];
}

/** The number of windows likely to fill a page, estimated from the number of hits in the near windows. */
function windowsFor(limit: number, found: number): bigint {
  const likely = Math.ceil((1.5 * Number(NEAR_WINDOWS) * (limit + 1)) / found);
  return BigInt(Math.min(likely, FURTHER_WINDOWS));
}

const ARE_SAID = "s.words @@ $4::tsquery";
/** The words are quoted in this text form, so that a part never matches across two words. */
const HAVE_PARTS = `s.words::text collate "C" like all ($4::text[])`;
/**
 * Searches one window after the other. For all windows at once the planner ignores the windows of rare words and scans all
 * messages.
 */
const IN_WINDOWS = `unnest($5::bigint[]) as w(no), lateral (select * from message_search s where (s.message_id >> ${WINDOW_BITS}) = w.no`;
const BEFORE_WINDOW = `lateral (select * from message_search s where s.message_id < ($5::bigint + 1) << ${WINDOW_BITS}`;
const IN_NEWEST = `lateral (select * from (select * from message_search where organization_no = (select no from me)
  order by message_id desc limit ${PARTIAL_MATCH_MESSAGES}) s where true`;
const NEWEST_ID = "select last_value::text as last from twilio_whatsapp_webhook_events_id_seq";

/** Materialized. Otherwise the planner scans messages backwards until it finds a hit. */
const hitsOf = (
  where: string,
  isHit: string,
  filter: ConversationFilter,
  state: ConversationState,
  rows: number,
) => `
  with ${viewerCte}, hits as materialized (
    select s.message_id, s.conversation_id from ${where}
      and s.organization_no = (select no from me) and s.message_id < $3::bigint and ${isHit} offset 0) s
  )
  select h.conversation_id::text as "conversationId", max(h.message_id)::text as key, max(h.message_id)::text as "messageId"
  from hits h join conversation_activity a on a.conversation_id = h.conversation_id
  join conversations c on c.id = h.conversation_id
  where $2::uuid is not null ${conversationStateCondition(state)} ${WITH_WHOM[filter] ?? ""}
  group by h.conversation_id order by max(h.message_id) desc limit ${rows}`;
