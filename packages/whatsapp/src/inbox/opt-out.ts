import { conversationActivity, conversations, OPT_OUT_INDEX_CONDITION } from "@waystation/db/schema-inbox";
import { and, eq, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Context } from "../context.ts";
import {
  defaultStartWord,
  LONGEST_OPT_OUT,
  type OptOutType,
  type OptOutWords,
  optOutWords,
  recogniseOptOut,
} from "../opt-out/recognise.ts";
import { readOptOutSettings } from "../opt-out/settings.ts";

const BLOCKED = 63033;
/** Of each conversation, by the index of Twilio's own English words and of error codes. */
const FROM_INDEX = 10;
/** Other words are looked for in this many of the newest messages of each conversation, and among them in so many short ones. */
const NEWEST = 1_000;
const NEWEST_SHORT = 200;

export interface OptOut {
  since: string;
  /** They asked in these words; or Twilio knows it (21610); or they blocked us (63033). */
  why: "asked" | "refused" | "blocked";
  words: string | null;
  /** What they can write to opt in again. */
  startWord: string;
}

/** A message's own words, unless Twilio's Advanced Opt-Out has decided: it sends STOP, START or HELP as `OptOutType`. */
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

interface MarkRow {
  id: string;
  isIncoming: boolean;
  errorCode: number | null;
  /** One driver gives the moment, the other its text. */
  at: Date | string;
  body: string | null;
  optOutType: string | null;
}

const INDEX_CONDITION = new PgDialect().sqlToQuery(OPT_OUT_INDEX_CONDITION).sql;

/** $1 is the organisation's number, $2 the contact. An incoming message has its event's id and moment. */
const MARKS = `
  select m.id::text as id, m.is_incoming as "isIncoming", m.error_code as "errorCode", m.at, m.body,
    substring(coalesce(e.body, '') from '(?:^|&)OptOutType=([A-Za-z]+)') as "optOutType"
  from conversations c
  cross join lateral (
    (select id from messages where conversation_id = c.id and ${INDEX_CONDITION} order by id desc limit ${FROM_INDEX})
    union
    (select id from (
      select id, is_incoming, body from messages where conversation_id = c.id order by id desc limit ${NEWEST}
    ) newest where is_incoming and char_length(body) <= ${LONGEST_OPT_OUT} order by id desc limit ${NEWEST_SHORT})
  ) found
  join messages m on m.id = found.id
  left join twilio_whatsapp_webhook_events e on e.id = case when m.is_incoming then m.id end and e.received_at = m.at
  where c.organization_no = $1::integer and c.contact_id = $2::bigint
  order by m.id desc`;

/** Since when and why a contact is not to be written to, under whichever of our senders they said it. */
export async function optOutOf(
  ctx: Context,
  contact: { organizationNo: number; id: number },
): Promise<OptOut | null> {
  const rows = await ctx.query<MarkRow>(MARKS, [String(contact.organizationNo), String(contact.id)]);
  if (rows.length === 0) return null;
  const settings = await readOptOutSettings(ctx);
  const words = optOutWords(settings);
  let lastIncomingId: number | undefined;
  for (const row of rows) {
    const since = new Date(row.at).toISOString();
    if (row.isIncoming) {
      const recognised = optOutOfMessage(row.body, row.optOutType, words);
      if (!recognised) continue;
      if (recognised.type === "start") return null;
      const startWord = recognised.startWord ?? defaultStartWord(settings);
      return { since, why: "asked", words: row.body?.trim() ?? null, startWord };
    }
    // A contact who has written since does not block us any more.
    lastIncomingId ??= await readLastIncomingId(ctx, contact);
    const isBlock = row.errorCode === BLOCKED;
    if (isBlock && Number(row.id) <= lastIncomingId) continue;
    return {
      since,
      why: isBlock ? "blocked" : "refused",
      words: null,
      startWord: defaultStartWord(settings),
    };
  }
  return null;
}

async function readLastIncomingId(ctx: Context, contact: { organizationNo: number; id: number }) {
  const [last] = await ctx.db
    .select({ id: sql<number>`coalesce(max(${conversationActivity.lastIncomingId}), 0)::float8` })
    .from(conversations)
    .innerJoin(conversationActivity, eq(conversationActivity.conversationId, conversations.id))
    .where(
      and(eq(conversations.organizationNo, contact.organizationNo), eq(conversations.contactId, contact.id)),
    );
  return last?.id ?? 0;
}
