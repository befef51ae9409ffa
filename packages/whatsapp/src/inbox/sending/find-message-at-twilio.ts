import type { Installation } from "@waystation/core/context";
import { messages, outgoingMessages } from "@waystation/db/schema/inbox";
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { TwilioClient } from "../../twilio/client.ts";
import { twilioErrorOf } from "../../twilio/failure.ts";

/** Clocks differ, and Twilio's dates have whole seconds. */
const CLOCK_MARGIN_MS = 60_000;
/** Twilio may still process an abandoned call this long after it began. */
const CALL_MS = 30_000;
/** Twilio returns up to 1,000 messages per page. */
const LOOKED_AT = 1_000;
/** The maximum number of messages without text or date in the list that are fetched by SID. */
const MAX_FETCHED = 20;

interface UnconfirmedMessage {
  id: number;
  connectionNo: number;
  conversationId: number;
  body: string | null;
  to: string;
  from: string;
}

/** Twilio's OpenAPI allows null in every field. Messages without a SID are ignored. */
const candidateSchema = z
  .object({
    sid: z.string().regex(/^[A-Z]{2}[0-9a-f]{32}$/i),
    body: z.string().nullish().catch(null),
    direction: z.string().nullish().catch(null),
    // An old message can have recent values in its other dates.
    dateCreated: z.date().nullish().catch(null),
  })
  .transform(({ dateCreated, body, ...rest }) => ({
    ...rest,
    body: body ?? null,
    createdAt: dateCreated ?? null,
  }));

type Candidate = z.infer<typeof candidateSchema>;
type DatedCandidate = Candidate & { createdAt: Date };

/**
 * `undecided` may change soon. `unclear` does not: Twilio has a message that may be this one but returns no text or no date, so
 * its SID cannot be used.
 */
export type TwilioLookup = { state: "found"; sid: string } | { state: "absent" | "undecided" | "unclear" };

/**
 * Finds the SID of a message whose response was lost, in Twilio's list: same addresses, same text, created when the message was
 * handed over, and not the SID of another message. If the same text was sent several times and Twilio lists fewer messages,
 * they are assigned only when `isLast`: until then their callbacks may name them.
 */
export async function findMessageAtTwilio(
  platform: Pick<Installation, "db">,
  client: TwilioClient,
  doubtful: UnconfirmedMessage,
  isLast: boolean,
): Promise<TwilioLookup> {
  const listed = await client.messages.list({ to: doubtful.to, from: doubtful.from, limit: LOOKED_AT });
  const candidates = listed.flatMap((one) => candidateSchema.safeParse(one).data ?? []);
  // Read after Twilio's list: any listed message had been handed over by then.
  const [waiting, taken] = await Promise.all([
    twinsOf(platform, doubtful),
    takenOf(
      platform,
      doubtful,
      candidates.map(({ sid }) => sid),
    ),
  ]);
  const isPossible = ({ direction, body, createdAt }: Candidate) =>
    direction !== "inbound" &&
    (body === null || body === (doubtful.body ?? "")) &&
    (createdAt === null || waiting.some((twin) => isOfTime(createdAt, twin.handedOverAt)));
  const possible = candidates.filter((one) => !taken.has(digitsOf(one.sid)) && isPossible(one));
  if (possible.length === 0) return { state: "absent" };
  // Another message with this text is being sent now and will get its own SID.
  if (waiting.some((twin) => twin.state === "sending" && twin.id !== doubtful.id))
    return { state: "undecided" };
  const free = possible.filter(isCertain);
  let unclear = possible.filter((one) => !isCertain(one));
  if (unclear.length > 0 && free.length < waiting.length) {
    const completed = (await complete(client, unclear)).filter(isPossible);
    free.push(...completed.filter(isCertain));
    unclear = completed.filter((one) => !isCertain(one));
  }
  if (free.length < waiting.length && waiting.length > 1 && !isLast) return { state: "undecided" };
  const sid = shareOut(free, waiting).get(doubtful.id);
  if (sid) return { state: "found", sid };
  return { state: unclear.length > 0 ? "unclear" : "absent" };
}

/** Text and date distinguish messages. Without both, a SID would be a guess. */
function isCertain(one: Candidate): one is DatedCandidate {
  return one.body !== null && one.createdAt !== null;
}

/**
 * Fetches messages that the list shows without text or date, newest first, at most `MAX_FETCHED`. The others stay unchanged.
 */
async function complete(client: TwilioClient, candidates: Candidate[]): Promise<Candidate[]> {
  const completed: Candidate[] = [];
  for (const [index, one] of candidates.entries()) {
    const fetched = index < MAX_FETCHED ? await fetchCandidate(client, one.sid) : null;
    completed.push(fetched ?? one);
  }
  return completed;
}

async function fetchCandidate(client: TwilioClient, sid: string): Promise<Candidate | null> {
  try {
    const { data } = candidateSchema.safeParse(await client.messages(sid).fetch());
    return data?.sid === sid ? data : null;
  } catch (error) {
    const refusal = twilioErrorOf(error);
    // Deleted meanwhile, or not readable on its own.
    if (refusal && refusal.status < 500 && refusal.status !== 429) return null;
    throw error;
  }
}

interface Twin {
  id: number;
  state: string;
  handedOverAt: Date;
}

/** Assigns each SID to the message that was handed over closest to the SID's creation date. */
function shareOut(free: DatedCandidate[], waiting: Twin[]): Map<number, string> {
  const left = [...waiting];
  const shared = new Map<number, string>();
  for (const { sid, createdAt } of free.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())) {
    const distance = (twin: Twin) => Math.abs(twin.handedOverAt.getTime() - createdAt.getTime());
    const [nearest] = left
      .filter((twin) => isOfTime(createdAt, twin.handedOverAt))
      .toSorted((a, b) => distance(a) - distance(b));
    if (!nearest) continue;
    left.splice(left.indexOf(nearest), 1);
    shared.set(nearest.id, sid);
  }
  return shared;
}

function isOfTime(createdAt: Date, handedOverAt: Date): boolean {
  const later = createdAt.getTime() - handedOverAt.getTime();
  return later >= -CLOCK_MARGIN_MS && later <= CALL_MS + CLOCK_MARGIN_MS;
}

/** Our messages with the same text to the same contact that have no SID yet, including this message. */
async function twinsOf({ db }: Pick<Installation, "db">, doubtful: UnconfirmedMessage): Promise<Twin[]> {
  const rows = await db
    .select({ id: messages.id, state: outgoingMessages.state, handedOverAt: outgoingMessages.handedOverAt })
    .from(messages)
    .innerJoin(outgoingMessages, eq(outgoingMessages.messageId, messages.id))
    .where(
      and(
        eq(messages.conversationId, doubtful.conversationId),
        isNull(messages.sid),
        sql`${messages.body} is not distinct from ${doubtful.body}`,
        inArray(outgoingMessages.state, ["sending", "uncertain"]),
      ),
    )
    .orderBy(asc(messages.id));
  return rows.map((row) => ({ ...row, handedOverAt: row.handedOverAt ?? new Date(0) }));
}

async function takenOf(
  { db }: Pick<Installation, "db">,
  { connectionNo }: UnconfirmedMessage,
  sids: string[],
): Promise<Set<string>> {
  const rows = await db
    .select({ sid: messages.sid })
    .from(messages)
    .where(and(eq(messages.connectionNo, connectionNo), inArray(messages.sid, sids.map(digitsOf))));
  return new Set(rows.map(({ sid }) => sid?.replaceAll("-", "") ?? ""));
}

export function digitsOf(sid: string): string {
  return sid.slice(2).toLowerCase();
}
