import type { ListConversationsInput } from "./inputs.ts";

export type ConversationFilter = NonNullable<ListConversationsInput["filter"]>;
/** Open conversations, resolved conversations, or both. */
export type ConversationState = "open" | "resolved" | "any";

/** The organisation's number and the user's read cursor. $1 is the organisation, $2 the user. */
export const viewerCte = `
  me as materialized (
    select o.no, coalesce(k.message_id, 0) as mark from organizations o
    left join inbox_marks k on k.user_id = $2::uuid and k.organization_no = o.no
    where o.id = $1::uuid
  )`;

/**
 * One page of conversations whose last message is older than message $3, newest first, with the columns of `activityColumns`.
 * Every filter scans an index and stops when the page is full.
 */
export function conversationPage(filter: ConversationFilter, state: ConversationState, rows: number): string {
  switch (filter) {
    case "mine":
      return among(MINE, state, rows);
    case "mentioned":
      return among(MENTIONED, state, rows);
    case "unread":
      return unread(state, rows);
    case "unassigned":
      return scanIndex(
        state,
        rows,
        "join conversations c on c.id = a.conversation_id",
        "and c.assignee_id is null",
      );
    default:
      return scanIndex(state, rows);
  }
}

export function conversationStateOf(
  filter: ConversationFilter,
  isOpen: boolean | undefined,
): ConversationState {
  if (isOpen !== undefined) return isOpen ? "open" : "resolved";
  if (filter === "all" || filter === "mentioned") return "any";
  return filter === "resolved" ? "resolved" : "open";
}

/**
 * Includes the activity columns that the list shows. A second lookup per conversation would add a fifth to the cost of a page.
 */
export const activityColumns = `select a.conversation_id, a.last_message_id as key, a.last_message_id, a.is_open, a.last_at, a.last_incoming_at,
    a.last_incoming_id, a.incoming, a.preview, null::int as seen`;
const newest = (rows: number) => `order by key desc limit ${rows}`;

/** Scans newest first until the page is full. The list's index keeps open and resolved conversations apart. */
export function scanIndex(state: ConversationState, rows: number, join = "", where = ""): string {
  if (state === "any")
    return `select * from ((${scanIndex("open", rows, join, where)}) union all (${scanIndex("resolved", rows, join, where)})) both_states ${newest(rows)}`;
  return `${activityColumns} from conversation_activity a ${join}
    where a.organization_no = (select no from me) and a.is_open = ${state === "open"} and a.last_message_id < $3::bigint ${where}
    ${newest(rows)}`;
}

const MINE = `
  select id as conversation_id from conversations
  where assignee_id = $2::uuid and organization_no = (select no from me)`;
const MENTIONED = `
  select distinct conversation_id from note_mentions
  where organization_no = (select no from me) and user_id = $2::uuid and seen_at is null`;

/** For a query that yields a small set of conversations. */
function among(few: string, state: ConversationState, rows: number): string {
  return `with few as materialized (${few})
    ${activityColumns} from few join conversation_activity a using (conversation_id)
    where a.organization_no = (select no from me) and a.last_message_id < $3::bigint ${conversationStateCondition(state)}
    ${newest(rows)}`;
}

/** Scanned in the order of its own index, so that no more rows are read than the page holds. */
const BEHIND = activityColumns
  .replace("a.last_message_id as key", "r.behind_message_id as key")
  .replace("null::int", "r.incoming");

/** Unread conversations past the read cursor, and older ones that are stored as unread. */
function unread(state: ConversationState, rows: number): string {
  return `select * from ((${scanIndex(
    state,
    rows,
    "",
    // A subquery, because Postgres would run a join as a hash join over everything the user has ever read.
    `and a.last_message_id > (select mark from me) and a.incoming > coalesce((select r.incoming from conversation_reads r
      where r.user_id = $2::uuid and r.conversation_id = a.conversation_id), 0)`,
  )}) union all (
    ${BEHIND} from conversation_reads r join conversation_activity a on a.conversation_id = r.conversation_id
    where r.user_id = $2::uuid and r.is_behind and r.behind_message_id < $3::bigint
      and a.organization_no = (select no from me) and a.incoming > r.incoming
      and a.last_message_id <= (select mark from me) ${conversationStateCondition(state)}
    ${newest(rows)})) since_and_before ${newest(rows)}`;
}

export function conversationStateCondition(state: ConversationState): string {
  return state === "any" ? "" : `and a.is_open = ${state === "open"}`;
}
