import { connections } from "@waystation/db/schema";
import { conversations, messages, outgoingMessages } from "@waystation/db/schema-inbox";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import { clientFor } from "../connections/configure-webhook.ts";
import { openCredentials } from "../connections/open-credentials.ts";
import { WEBHOOK_PATH } from "../connections/webhook-url.ts";
import type { Platform } from "../context.ts";
import { DomainError } from "../errors.ts";
import { refusalOf } from "../twilio/failure.ts";
import { UnreachableError } from "../twilio/http.ts";
import type { Jobs, Work } from "./jobs.ts";

/** How long after an unanswered call Twilio's list is asked: by then the message stands in it, if it was made. */
const SETTLE_AFTER_SECONDS = 15;
/** A message that Twilio's list does not show by then was never made. */
const GIVE_UP_MS = 5 * 60_000;
/** Clocks differ; the list is read from a little before the call. */
const CLOCK_MARGIN_MS = 60_000;

class TryLaterError extends Error {
  override name = "TryLaterError";
}

/**
 * Hands messages to Twilio, each at most once. What is written down before the call (`sending`) and after it (`sent`,
 * `failed`) leaves one doubtful case: the call had left and no answer came, or this process died in between. Such a message
 * is `uncertain`: never sent again, but settled by its own callback or by Twilio's list.
 */
export function createOutbox(platform: Platform): Work {
  const { jobs } = platform;
  return {
    send: async (messageId, isLast) => {
      const row = await find(platform, messageId);
      if (
        !row ||
        row.message.sid !== null ||
        row.outgoing.state === "failed" ||
        row.outgoing.state === "uncertain"
      )
        return;
      if (row.outgoing.state === "sending") return becomeUncertain(platform, jobs, row);
      if (!(await claim(platform, messageId))) return;
      changed(platform, row);
      try {
        const sid = await create(platform, row);
        await record(platform, messageId, sid);
      } catch (error) {
        await handleFailure(platform, jobs, row, error, isLast);
      }
      changed(platform, row);
    },
    settle: async (messageId) => {
      const row = await find(platform, messageId);
      if (!row || row.message.sid !== null || row.outgoing.state !== "uncertain") return;
      const sid = await lookUp(platform, row);
      if (sid) await record(platform, messageId, sid);
      else if (Date.now() - (row.outgoing.handedOverAt?.getTime() ?? 0) > GIVE_UP_MS)
        await fail(platform, messageId, "Twilio never received it. You can send it again.");
      else throw new TryLaterError("Twilio's list does not show it yet");
      changed(platform, row);
    },
  };
}

async function find(platform: Platform, messageId: number) {
  const [row] = await platform.db
    .select({
      message: messages,
      outgoing: outgoingMessages,
      conversation: conversations,
      connection: connections,
    })
    .from(outgoingMessages)
    .innerJoin(messages, eq(messages.id, outgoingMessages.messageId))
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .innerJoin(connections, eq(connections.no, messages.connectionNo))
    .where(eq(outgoingMessages.messageId, messageId));
  return row;
}

type Row = NonNullable<Awaited<ReturnType<typeof find>>>;

/** From here on the message counts as handed over, whatever becomes of this process. */
async function claim(platform: Platform, messageId: number): Promise<boolean> {
  const claimed = await platform.db
    .update(outgoingMessages)
    .set({ state: "sending", handedOverAt: sql`now()` })
    .where(and(eq(outgoingMessages.messageId, messageId), eq(outgoingMessages.state, "queued")))
    .returning({ id: outgoingMessages.messageId });
  return claimed.length === 1;
}

async function create(platform: Platform, row: Row): Promise<string> {
  const client = clientFor(platform, openCredentials(platform, row.connection));
  const sender = row.connection.sender.startsWith("MG")
    ? { messagingServiceSid: row.connection.sender, from: row.conversation.ours }
    : { from: row.connection.sender };
  const made = await client.messages.create({
    ...sender,
    to: row.conversation.address,
    body: row.message.body ?? "",
    statusCallback: `${platform.publicUrl}${WEBHOOK_PATH}/status/${row.outgoing.publicId}`,
  });
  if (!/^[A-Z]{2}[0-9a-f]{32}$/i.test(made.sid ?? ""))
    throw new UnreachableError("Twilio's answer names no message");
  return made.sid;
}

async function record(platform: Platform, messageId: number, sid: string): Promise<void> {
  const digits = sid.slice(2).toLowerCase();
  await platform.db.transaction(async (tx) => {
    await tx
      .update(messages)
      .set({ sid: sql`coalesce(${messages.sid}, ${digits}::uuid)` })
      .where(eq(messages.id, messageId));
    await tx
      .update(outgoingMessages)
      .set({ state: "sent", problem: null })
      .where(eq(outgoingMessages.messageId, messageId));
  });
}

async function handleFailure(
  platform: Platform,
  jobs: Jobs,
  row: Row,
  error: unknown,
  isLast: boolean,
): Promise<void> {
  const { id } = row.message;
  if (error instanceof DomainError) return fail(platform, id, error.message);
  const refusal = refusalOf(error);
  // Not processed: Twilio says so itself (429), or nobody took the call.
  if ((refusal?.status === 429 || isRefusedConnection(error)) && !isLast) {
    await platform.db
      .update(outgoingMessages)
      .set({ state: "queued", handedOverAt: null })
      .where(eq(outgoingMessages.messageId, id));
    throw new TryLaterError("Twilio did not take it yet", { cause: error });
  }
  if (refusal && refusal.status < 500)
    return fail(
      platform,
      id,
      refusal.status === 429 ? "Twilio is too busy. Try again later." : sentenceOf(error),
      refusal.code,
    );
  if (isRefusedConnection(error)) return fail(platform, id, "Twilio cannot be reached. Try again later.");
  await becomeUncertain(platform, jobs, row);
}

function isRefusedConnection(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if (
      "code" in cause &&
      (cause.code === "ECONNREFUSED" || cause.code === "ENOTFOUND" || cause.code === "EAI_AGAIN")
    )
      return true;
  return false;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message.slice(0, 300) : "Twilio refused it.";
}

async function fail(
  platform: Platform,
  messageId: number,
  problem: string,
  code: number | null = null,
): Promise<void> {
  await platform.db.transaction(async (tx) => {
    await tx
      .update(outgoingMessages)
      .set({ state: "failed", problem })
      .where(eq(outgoingMessages.messageId, messageId));
    if (code !== null) await tx.update(messages).set({ errorCode: code }).where(eq(messages.id, messageId));
  });
}

async function becomeUncertain(platform: Platform, jobs: Jobs, row: Row): Promise<void> {
  await platform.db
    .update(outgoingMessages)
    .set({ state: "uncertain" })
    .where(and(eq(outgoingMessages.messageId, row.message.id), eq(outgoingMessages.state, "sending")));
  await jobs.settle(row.message.id, SETTLE_AFTER_SECONDS);
  changed(platform, row);
}

/** The message in Twilio's list that is this one: same people, same words, made since, and no other message of ours. */
async function lookUp(platform: Platform, row: Row): Promise<string | null> {
  const client = clientFor(platform, openCredentials(platform, row.connection));
  const since = (row.outgoing.handedOverAt?.getTime() ?? 0) - CLOCK_MARGIN_MS;
  const candidates = await client.messages.list({
    to: row.conversation.address,
    from: row.conversation.ours,
    limit: 200,
  });
  const ours = candidates
    .filter((candidate) => candidate.body === row.message.body && candidate.direction !== "inbound")
    .filter((candidate) => (candidate.dateCreated?.getTime() ?? 0) >= since)
    .toSorted((a, b) => a.dateCreated.getTime() - b.dateCreated.getTime());
  const known = await platform.db
    .select({ sid: messages.sid })
    .from(messages)
    .where(and(eq(messages.conversationId, row.conversation.id), isNotNull(messages.sid)));
  const taken = new Set(known.map((one) => one.sid?.replaceAll("-", "")));
  return ours.find((candidate) => !taken.has(candidate.sid.slice(2).toLowerCase()))?.sid ?? null;
}

function changed(platform: Platform, row: Row): void {
  platform.feed.publish({
    organizationId: row.connection.organizationId,
    connectionId: row.connection.id,
    conversationId: row.conversation.publicId,
  });
}
