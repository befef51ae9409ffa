import type { Queryable } from "@waystation/db/client";

/** Increase this when the same text yields other words: then everything is indexed again. */
export const SEARCH_INDEX_VERSION = 1;

/** The progress of the search index, stored in `instance`. */
export interface SearchIndexState {
  version: number;
  /** Contacts up to this id are folded; null when all are. */
  contactsAfter: number | null;
  /** Messages from this id on are indexed; 0 when all are. */
  messagesFrom: number;
  /** Up to this id no message lacks its words, once all are indexed. */
  completeThrough: number;
}

export const SEARCH_INDEX_STATE_KEY = "search_index";

export function parseSearchIndexState(value: string): SearchIndexState | null {
  const state = JSON.parse(value) as Partial<SearchIndexState>;
  return state.version === SEARCH_INDEX_VERSION ? (state as SearchIndexState) : null;
}

interface SearchCoverage {
  /** Older messages are not searched yet, because their index is being built. Null when all are searched. */
  messagesSince: string | null;
  /** Parts of words are found only in messages since then, whole words in all. Null without such a limit. */
  partsSince: string | null;
}

/** The range of messages that a search of an organisation covers. */
export async function searchCoverage(
  installation: Pick<Queryable, "query">,
  organizationId: string,
  /** The number of newest messages searched for parts of words. */
  partsInNewest: number | null,
): Promise<SearchCoverage> {
  const [row] = await installation.query<{
    state: string | null;
    messagesSince: Date | string | null;
    partsSince: Date | string | null;
  }>(COVERAGE, [SEARCH_INDEX_STATE_KEY, SEARCH_INDEX_VERSION, organizationId, partsInNewest]);
  const asText = (at: Date | string | null | undefined) => (at ? new Date(at).toISOString() : null);
  const isComplete =
    row?.state === null || row?.state === undefined || isDone(parseSearchIndexState(row.state));
  return {
    // If no message is indexed yet, the range starts now.
    messagesSince: isComplete ? null : (asText(row?.messagesSince) ?? new Date().toISOString()),
    partsSince: asText(row?.partsSince),
  };
}

function isDone(state: SearchIndexState | null): boolean {
  return state?.messagesFrom === 0;
}

const COVERAGE = `
  with state as materialized (select value from instance where key = $1)
  select (select value from state) as state,
    (select m.at from messages m where m.id >= (select (value::json ->> 'messagesFrom')::bigint from state
      where (value::json ->> 'version')::int = $2::int and (value::json ->> 'messagesFrom')::bigint > 0) order by m.id limit 1) as "messagesSince",
    case when $4::int is not null then (
      select m.at from (
        select message_id from message_search where organization_no = (select no from organizations where id = $3::uuid)
        order by message_id desc offset $4::int - 1 limit 1
      ) s join messages m on m.id = s.message_id) end as "partsSince"`;
