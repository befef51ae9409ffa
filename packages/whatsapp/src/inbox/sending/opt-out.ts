import type { Context } from "@waystation/core/context";
import {
  conversationActivity,
  conversations,
  IS_REJECTED_BY_RECIPIENT,
  IS_SHORT_INCOMING,
} from "@waystation/db/schema/inbox";
import { and, eq, type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import {
  defaultOptInWord,
  type OptOutType,
  type OptOutWords,
  optOutWordsOf,
  recogniseOptOut,
} from "../../opt-out/recognise.ts";
import { readOptOutSettings } from "../../opt-out/settings.ts";

const BLOCKED = 63033;
const PAGE = 200;

interface OptOutState {
  since: string;
  /**
   * `asked`: the contact opted out in `words`. `refused`: Twilio knows of an opt-out (21610). `blocked`: the contact blocked us
   * (63033).
   */
  why: "asked" | "refused" | "blocked";
  words: string | null;
  /** The word that opts in again. */
  startWord: string;
}

/**
 * Recognises the message's own words, unless Twilio's Advanced Opt-Out has decided: its `OptOutType` is STOP, START or HELP.
 */
export function optOutOfMessage(
  body: string | null,
  optOutType: string | null,
  words: OptOutWords,
): { type: OptOutType; startWord: string | null } | null {
  const recognised = recogniseOptOut(body, words);
  const type = optOutType?.toLowerCase();
  if (type === "stop" || type === "start")
    return recognised?.type === type ? recognised : { type, startWord: null };
  return type === "help" ? null : recognised;
}

type ContactKey = { organizationNo: number; id: number };

interface MarkRow {
  id: string;
  isIncoming: boolean;
  errorCode: number | null;
  /** A Date or a string, depending on the driver. */
  at: Date | string;
  body: string | null;
  optOutType: string | null;
}

const textOf = (condition: SQL) => new PgDialect().sqlToQuery(condition).sql;
const newest = (condition: SQL) =>
  `(select id from messages where conversation_id = c.id and id < $3::bigint and ${textOf(condition)} order by id desc limit ${PAGE})`;

/**
 * The messages that may concern an opt-out, newest first. $1 is the organisation's number, $2 the contact, $3 the message
 * before the page. Each conversation is read by its own index: over all at once the planner may read them whole. An incoming
 * message has its event's id and time.
 */
const MARKS = `
  select m.id::text as id, m.is_incoming as "isIncoming", m.error_code as "errorCode", m.at, m.body,
    substring(coalesce(e.body, '') from '(?:^|&)OptOutType=([A-Za-z]+)') as "optOutType"
  from (
    select found.id from conversations c
    cross join lateral (${newest(IS_SHORT_INCOMING)} union all ${newest(IS_REJECTED_BY_RECIPIENT)}) found
    where c.organization_no = $1::integer and c.contact_id = $2::bigint
    order by found.id desc limit ${PAGE}
  ) page
  join messages m on m.id = page.id
  left join twilio_whatsapp_webhook_events e on e.id = case when m.is_incoming then m.id end and e.received_at = m.at
  order by m.id desc`;

/** The opt-out of a contact, from conversations with any of our senders; null if the contact has not opted out. */
export async function optOutOfContact(ctx: Context, contact: ContactKey): Promise<OptOutState | null> {
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await ctx.query<MarkRow>(MARKS, [
      String(contact.organizationNo),
      String(contact.id),
      String(before),
    ]);
    const last = rows.at(-1);
    if (!last) return null;
    const decided = await decide(ctx, contact, rows);
    if (decided) return decided.optOut;
    if (rows.length < PAGE) return null;
    before = Number(last.id);
  }
}

/** The state set by the newest of these messages that opts out or in; null if none does. */
async function decide(
  ctx: Context,
  contact: ContactKey,
  rows: MarkRow[],
): Promise<{ optOut: OptOutState | null } | null> {
  const settings = await readOptOutSettings(ctx);
  const words = optOutWordsOf(settings);
  let lastIncomingId: number | undefined;
  for (const row of rows) {
    const since = new Date(row.at).toISOString();
    if (row.isIncoming) {
      const recognised = optOutOfMessage(row.body, row.optOutType, words);
      if (!recognised) continue;
      if (recognised.type === "start") return { optOut: null };
      const startWord = recognised.startWord ?? defaultOptInWord(settings);
      return { optOut: { since, why: "asked", words: row.body?.trim() ?? null, startWord } };
    }
    // A contact who has written since no longer blocks us.
    lastIncomingId ??= await readLastIncomingId(ctx, contact);
    const isBlock = row.errorCode === BLOCKED;
    if (isBlock && Number(row.id) <= lastIncomingId) continue;
    const why = isBlock ? "blocked" : "refused";
    return { optOut: { since, why, words: null, startWord: defaultOptInWord(settings) } };
  }
  return null;
}

async function readLastIncomingId(ctx: Context, contact: ContactKey) {
  const [last] = await ctx.db
    .select({ id: sql<number>`coalesce(max(${conversationActivity.lastIncomingId}), 0)::float8` })
    .from(conversations)
    .innerJoin(conversationActivity, eq(conversationActivity.conversationId, conversations.id))
    .where(
      and(eq(conversations.organizationNo, contact.organizationNo), eq(conversations.contactId, contact.id)),
    );
  return last?.id ?? 0;
}
