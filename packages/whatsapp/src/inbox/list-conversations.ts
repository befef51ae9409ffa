import type { Context } from "@waystation/core/context";
import { organizations } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";
import { readTestClock } from "../connections/simulator-clock.ts";
import { searchCoverage } from "../search/index-state.ts";
import { findMatchedLine, matchedRangesOf, type SearchMatch } from "../search/match.ts";
import { parseSearch, type SearchTerms } from "../search/read-search.ts";
import { numberArrayLiteral } from "../webhooks/array-literal.ts";
import { MESSAGE_KINDS, type MessageKind } from "../webhooks/content/message-kind.ts";
import { previewOfStored } from "../webhooks/content/message-summary.ts";
import { activityColumns, conversationPage, conversationStateOf, viewerCte } from "./conversation-pages.ts";
import type { ListConversationsInput } from "./inputs.ts";
import { messageStatusOf } from "./messages/list-messages.ts";
import { PARTIAL_MATCH_MESSAGES, type SearchHit, searchConversations } from "./search-conversations.ts";
import { serviceWindowClosesAt } from "./sending/service-window.ts";

/** Later than any message. */
const END = String(Number.MAX_SAFE_INTEGER);

interface Row {
  key: string;
  id: string;
  connectionId: string;
  name: string | null;
  username: string | null;
  address: string;
  ours: string;
  assigneeId: string | null;
  isOpen: boolean;
  /** A Date or a string, depending on the driver. */
  lastAt: Date | string;
  lastIncomingAt: Date | string | null;
  mode: "live" | "test";
  isFromThem: boolean;
  preview: string | null;
  unread: number;
  isMentioned: boolean;
  kind: number | null;
  status: number | null;
  isIncoming: boolean | null;
  sid: string | null;
  sending: "queued" | "sending" | "sent" | "failed" | "uncertain" | null;
}

/**
 * The organisation's conversations, newest message first. A search orders them by their newest hit; a conversation may then
 * appear again on a later page, for an older message.
 */
export async function listConversations(ctx: Context, input: ListConversationsInput) {
  const { filter = "open", limit = 50 } = input;
  const cursor =
    input.cursor === undefined ? END : String(ctx.ids.decodeCursor("conversations", input.cursor)[0]);
  const state = conversationStateOf(filter, input.isOpen);
  const me = [ctx.organizationId, ctx.actor.userId];
  const terms = input.search ? parseSearch(input.search) : null;
  const [{ rows, matches }, searched] = await Promise.all([
    terms
      ? searchConversations(ctx, { filter, state, cursor, limit, terms }).then((hits) =>
          found(ctx, terms, hits),
        )
      : ctx
          .query<Row>(shown(conversationPage(filter, state, limit + 1)), [...me, cursor])
          .then((rows) => ({ rows, matches: NO_MATCHES })),
    terms &&
      searchCoverage(
        ctx.installation,
        ctx.organizationId,
        terms.parts === null ? null : PARTIAL_MATCH_MESSAGES,
      ),
  ]);
  const page = rows.slice(0, limit);
  const clock = await readTestClock(ctx);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return {
    items: page.map((row) => ({
      id: row.id,
      connectionId: row.connectionId,
      contact: { name: row.name, username: row.username, address: row.address },
      ours: row.ours,
      lastMessage: {
        at: new Date(row.lastAt).toISOString(),
        preview: previewOfStored(kindOf(row), row.preview),
        direction: row.isFromThem ? ("in" as const) : ("out" as const),
        kind: kindOf(row),
        status: statusOfLast(row),
      },
      unread: Math.max(0, row.unread),
      isMentioned: row.isMentioned,
      isOpen: row.isOpen,
      assigneeId: row.assigneeId,
      windowClosesAt:
        serviceWindowClosesAt(
          row.lastIncomingAt === null ? null : new Date(row.lastIncomingAt),
          row,
          clock,
        )?.toISOString() ?? null,
      matchedText: matches.get(row.key)?.text ?? null,
      matchedAt: matches.get(row.key)?.at ?? null,
      matchedRanges: matches.get(row.key)?.ranges ?? [],
      matchedMessageId: matches.get(row.key)?.messageId ?? null,
      nameRanges: terms && row.name ? matchedRangesOf(row.name, terms) : [],
    })),
    nextCursor: last ? ctx.ids.encodeCursor("conversations", Number(last.key)) : null,
    searched,
  };
}

interface MessageMatch extends SearchMatch {
  messageId: string;
  at: string;
}

function kindOf({ kind }: Row): MessageKind {
  return MESSAGE_KINDS[kind ?? 0] ?? "unknown";
}

const NO_MATCHES = new Map<string, MessageMatch>();

/** The rows for a page of hits, in the order of the hits' keys. */
async function found(ctx: Context, terms: SearchTerms, hits: SearchHit[]) {
  if (hits.length === 0) return { rows: [], matches: NO_MATCHES };
  const [rows, messages] = await Promise.all([
    ctx.query<Row>(FOUND, [
      ctx.organizationId,
      ctx.actor.userId,
      numberArrayLiteral(hits.map((hit) => hit.conversationId)),
      numberArrayLiteral(hits.map((hit) => hit.key)),
    ]),
    ctx.query<{ id: string; body: string | null; at: Date | string }>(MATCHED, [
      numberArrayLiteral(hits.flatMap(({ messageId }) => messageId ?? [])),
      ctx.organizationId,
    ]),
  ]);
  const byId = new Map(messages.map((message) => [message.id, message]));
  const matches = new Map(
    hits.flatMap(({ key, messageId }) => {
      const message = messageId === null ? undefined : byId.get(messageId);
      if (!message?.body || messageId === null) return [];
      const at = new Date(message.at).toISOString();
      const id = ctx.ids.encode("message", Number(messageId));
      return [[key, { ...findMatchedLine(message.body, terms), messageId: id, at }] as const];
    }),
  );
  return { rows, matches };
}

const MATCHED = `
  select id::text as id, body, at from messages
  where id = any($1::bigint[]) and organization_no = (select no from organizations where id = $2::uuid)`;

function statusOfLast({ kind, status, isIncoming, sid, sending }: Row): string | null {
  if (kind === null || status === null || isIncoming === null) return null;
  return messageStatusOf({ status, isIncoming, sid }, sending === null ? null : { state: sending });
}

/**
 * The list's columns for one page of conversations. Reads as few tables per row as possible: the rows are scattered over the
 * disk, and reading them is the main cost of a page.
 */
const shown = (page: string) => `
  with ${viewerCte}, page as materialized (${page})
  select p.key::text as key, c.public_id as id, n.id as "connectionId", c.contact_name as name,
    case when c.contact_name is null then (select k.username from contacts k where k.id = c.contact_id) end as username, c.address, c.ours,
    c.assignee_id as "assigneeId", p.is_open as "isOpen", p.last_at as "lastAt",
    p.last_incoming_at as "lastIncomingAt", n.mode, p.last_incoming_id is not distinct from p.last_message_id as "isFromThem",
    p.preview, p.incoming - coalesce(p.seen, (select r.incoming from conversation_reads r
      where r.user_id = $2::uuid and r.conversation_id = p.conversation_id), 0) as unread,
    p.conversation_id = any (array(select x.conversation_id from note_mentions x
      where x.organization_no = (select no from me) and x.user_id = $2::uuid and x.seen_at is null)) as "isMentioned",
    m.kind, m.status, m.is_incoming as "isIncoming", m.sid, case when not m.is_incoming and m.sid is null
      then (select o.state from outgoing_messages o where o.message_id = m.id) end as sending
  from page p
  join conversations c on c.id = p.conversation_id and c.organization_no = (select no from me)
  join twilio_whatsapp_connections n on n.no = c.connection_no
  left join messages m on m.id = p.last_message_id
  order by p.key desc`;

/** The message found need not be the newest of its conversation, so the key is the hit's. */
const FOUND = shown(`
  ${activityColumns.replace("a.last_message_id as key", "hit.key")}
  from unnest($3::bigint[], $4::bigint[]) as hit(conversation_id, key) join conversation_activity a using (conversation_id)
  where a.organization_no = (select no from me)`);

/** The integer key that high-volume tables use for the organisation. */
export async function organizationNumber(ctx: Pick<Context, "db" | "organizationId">): Promise<number> {
  const [row] = await ctx.db
    .select({ no: organizations.no })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  if (!row?.no) throw new Error("The organisation has no number");
  return row.no;
}
