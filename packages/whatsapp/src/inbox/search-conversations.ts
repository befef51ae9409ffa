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
  /** Hits before this message. */
  cursor: string;
  limit: number;
}

export interface SearchHit {
  conversationId: string;
  /** The newest message found, or for a name the newest of all: what hits are ordered by. */
  key: string;
  /** Null where the contact was found, and no message as new. */
  messageId: string | null;
}

/** So many ids stand together in the index of words. */
const WINDOW_BITS = 11n;
/** So many are looked at before everything is: what is common is found in the first, what is rare is soon read. */
const NEAR_WINDOWS = 16n;
/** So many found near say that the next ones are not far; of fewer there are few at all, and all of them are soon read. */
const MANY_NEAR = 4;
/** At most so many are looked at for them. */
const FURTHER_WINDOWS = 128;
/** Who is found by a part of their name so often is found sooner by walking through the list. */
const MANY_CONTACTS = 1_000;
/** In so many of an organisation's newest messages any part of a word is looked for: no index helps there. */
export const PARTIAL_MATCH_MESSAGES = 5_000;

/**
 * Conversations with what is searched for in the contact's name or address (any part of it) or in a message (whole words;
 * in the newest ones any part), newest hit first, one more than a page where there are more. Only ids: past the row-level security,
 * where no index of words can be used.
 */
export async function searchConversations(ctx: Context, search: Search): Promise<SearchHit[]> {
  const [named, said] = await Promise.all([byName(ctx, search), byWords(ctx, search)]);
  const newest = new Map<string, SearchHit>();
  for (const hit of [...said, ...named]) {
    const known = newest.get(hit.conversationId);
    if (!known) newest.set(hit.conversationId, hit);
    // The message that was found stays the one that is shown.
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

/** All that was typed, or digits alone; parameters from this one on. Bytes are compared, not letters of some locale. */
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
  // Several words that no new message holds together are rare, and soon read everywhere.
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

/** In how many windows a page is likely to be found, where so many were in the near ones. */
function windowsFor(limit: number, found: number): bigint {
  const likely = Math.ceil((1.5 * Number(NEAR_WINDOWS) * (limit + 1)) / found);
  return BigInt(Math.min(likely, FURTHER_WINDOWS));
}

const ARE_SAID = "s.words @@ $4::tsquery";
/** The words stand in quotes there, so that a part never reaches from one into the next. */
const HAVE_PARTS = `s.words::text collate "C" like all ($4::text[])`;
/** One window after the other: of all at once the planner thinks that rare words need no window, and looks through all time. */
const IN_WINDOWS = `unnest($5::bigint[]) as w(no), lateral (select * from message_search s where (s.message_id >> ${WINDOW_BITS}) = w.no`;
const BEFORE_WINDOW = `lateral (select * from message_search s where s.message_id < ($5::bigint + 1) << ${WINDOW_BITS}`;
const IN_NEWEST = `lateral (select * from (select * from message_search where organization_no = (select no from me)
  order by message_id desc limit ${PARTIAL_MATCH_MESSAGES}) s where true`;
const NEWEST_ID = "select last_value::text as last from twilio_whatsapp_webhook_events_id_seq";

/** Materialized, or the planner walks the messages backwards in the hope of a hit. */
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
