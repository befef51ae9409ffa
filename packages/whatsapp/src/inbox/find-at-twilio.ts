import { messages, outgoingMessages } from "@waystation/db/schema-inbox";
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import type { Platform } from "../context.ts";
import type { TwilioClient } from "../twilio/client.ts";

/** Clocks differ, and Twilio's dates have whole seconds. */
const CLOCK_MARGIN_MS = 60_000;
/** A call that was given up may still have been read this long after it began. */
const CALL_MS = 30_000;
/** Twilio gives up to 1,000 a page. */
const LOOKED_AT = 1_000;

export interface Doubtful {
  id: number;
  connectionNo: number;
  conversationId: number;
  body: string | null;
  to: string;
  from: string;
}

/** Twilio's OpenAPI allows null in each field. A message without a SID is of no use. */
const candidate = z
  .object({
    sid: z.string().regex(/^[A-Z]{2}[0-9a-f]{32}$/i),
    body: z.string().nullish(),
    direction: z.string().nullish(),
    dateCreated: z.date().nullish(),
    dateSent: z.date().nullish(),
    dateUpdated: z.date().nullish(),
  })
  .transform(({ dateCreated, dateSent, dateUpdated, ...rest }) => ({
    ...rest,
    madeAt: dateCreated ?? dateSent ?? dateUpdated ?? null,
  }));

/**
 * The SID that Twilio's list gives a message of ours whose answer was lost: same people, same words, made when it was handed
 * over, and known to be no other message's. Where the same words were sent twice and Twilio has fewer of them, it is only
 * said which is which when `isLast`: until then their own callbacks may say it, who know.
 */
export async function findAtTwilio(
  platform: Pick<Platform, "db">,
  client: TwilioClient,
  doubtful: Doubtful,
  isLast: boolean,
): Promise<string | null> {
  const listed = await client.messages.list({ to: doubtful.to, from: doubtful.from, limit: LOOKED_AT });
  const same = listed
    .flatMap((one) => candidate.safeParse(one).data ?? [])
    .filter((one) => one.direction !== "inbound" && (one.body ?? "") === (doubtful.body ?? ""));
  if (same.length === 0) return null;
  // Asked after Twilio's list was: whatever stands in it had been handed over by then.
  const [waiting, taken] = await Promise.all([
    twinsOf(platform, doubtful),
    takenOf(
      platform,
      doubtful,
      same.map(({ sid }) => sid),
    ),
  ]);
  // One of them is under way just now, and will know its own SID.
  if (waiting.some((twin) => twin.state === "sending" && twin.id !== doubtful.id)) return null;
  const free = same
    .filter(({ sid }) => !taken.has(digitsOf(sid)))
    .filter((one) => waiting.some((twin) => isOfTime(one.madeAt, twin.handedOverAt)))
    // One without a time comes last: the others choose first.
    .toSorted((a, b) => (a.madeAt?.getTime() ?? Infinity) - (b.madeAt?.getTime() ?? Infinity));
  if (free.length < waiting.length && waiting.length > 1 && !isLast) return null;
  return shareOut(free, waiting).get(doubtful.id) ?? null;
}

type Candidate = z.infer<typeof candidate>;
interface Twin {
  id: number;
  state: string;
  handedOverAt: Date;
}

/** Each goes to the message that was handed over nearest to when it was made. */
function shareOut(free: Candidate[], waiting: Twin[]): Map<number, string> {
  const left = [...waiting];
  const shared = new Map<number, string>();
  for (const { sid, madeAt } of free) {
    const distance = (twin: Twin) => (madeAt ? Math.abs(twin.handedOverAt.getTime() - madeAt.getTime()) : 0);
    const [nearest] = left
      .filter((twin) => isOfTime(madeAt, twin.handedOverAt))
      .toSorted((a, b) => distance(a) - distance(b));
    if (!nearest) continue;
    left.splice(left.indexOf(nearest), 1);
    shared.set(nearest.id, sid);
  }
  return shared;
}

/** What has no time may be of any. */
function isOfTime(madeAt: Date | null, handedOverAt: Date): boolean {
  if (!madeAt) return true;
  const later = madeAt.getTime() - handedOverAt.getTime();
  return later >= -CLOCK_MARGIN_MS && later <= CALL_MS + CLOCK_MARGIN_MS;
}

/** Our messages with the same words to the same person that have no SID yet, this one among them. */
async function twinsOf({ db }: Pick<Platform, "db">, doubtful: Doubtful): Promise<Twin[]> {
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
  { db }: Pick<Platform, "db">,
  { connectionNo }: Doubtful,
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
