import type { Database } from "@waystation/db/client";
import { ASKS, conversationActivity, conversations, messages } from "@waystation/db/schema-inbox";
import { and, desc, eq, sql } from "drizzle-orm";

/** What a whole message says to be written to no more, as Twilio reads it on channels where it listens for it itself. */
const STOP = ["stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"];
const START = ["start", "unstop"];
const MOST_BYTES = 24;
const BLOCKED = 63033;
const FEW = 10;

export interface OptOut {
  since: string;
  /** They asked in these words; or Twilio knows it (21610); or they blocked us (63033). */
  why: "asked" | "refused" | "blocked";
  words: string | null;
}

/** What an incoming message asks by its words; null for all others. Agrees with the index that finds those few. */
export function askOf(body: string | null): "stop" | "start" | null {
  if (body === null || Buffer.byteLength(body) > MOST_BYTES) return null;
  const word = body.replaceAll(/^[ \t\r\n]+|[ \t\r\n]+$/g, "").toLowerCase();
  if (STOP.includes(word)) return "stop";
  return START.includes(word) ? "start" : null;
}

/** Since when and why a contact is not to be written to, under whichever of our senders they said it. */
export async function optOutOf(
  db: Database,
  contact: { organizationNo: number; id: number },
): Promise<OptOut | null> {
  const ofContact = and(
    eq(conversations.organizationNo, contact.organizationNo),
    eq(conversations.contactId, contact.id),
  );
  // A few of each conversation, by the small index: asked for in one order over all, the planner may take the large one.
  const marks = db
    .select({
      id: messages.id,
      body: messages.body,
      isIncoming: messages.isIncoming,
      errorCode: messages.errorCode,
      at: messages.at,
    })
    .from(messages)
    .where(and(eq(messages.conversationId, conversations.id), ASKS))
    .orderBy(desc(messages.id))
    .limit(FEW)
    .as("marks");
  const found = await db
    .select({
      id: marks.id,
      body: marks.body,
      isIncoming: marks.isIncoming,
      errorCode: marks.errorCode,
      at: marks.at,
    })
    .from(conversations)
    .innerJoinLateral(marks, sql`true`)
    .where(ofContact);
  if (found.length === 0) return null;
  const [heard] = await db
    .select({ id: sql<number>`coalesce(max(${conversationActivity.lastIncomingId}), 0)::float8` })
    .from(conversations)
    .innerJoin(conversationActivity, eq(conversationActivity.conversationId, conversations.id))
    .where(ofContact);
  const last = found
    .toSorted((a, b) => b.id - a.id)
    // Who has written to us since does not block us any more.
    .find((mark) => mark.errorCode !== BLOCKED || mark.id > (heard?.id ?? 0));
  if (!last) return null;
  const since = last.at.toISOString();
  if (last.isIncoming)
    return askOf(last.body) === "stop" ? { since, why: "asked", words: last.body?.trim() ?? null } : null;
  return { since, why: last.errorCode === BLOCKED ? "blocked" : "refused", words: null };
}
