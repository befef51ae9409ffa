import type { Installation } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { JobHandlers } from "@waystation/core/jobs/jobs";
import { RetryLaterError } from "@waystation/core/jobs/worker";
import { conversations, messages, outgoingMessages } from "@waystation/db/schema/inbox";
import { connections } from "@waystation/db/schema/schema";
import { and, eq, sql } from "drizzle-orm";
import { SANDBOX_NUMBER } from "../../connections/choose-sender.ts";
import { twilioClientFor } from "../../connections/configure-webhook.ts";
import { unsealCredentials } from "../../connections/credentials/unseal-credentials.ts";
import { WEBHOOK_PATH } from "../../connections/webhook-url.ts";
import { fileToSend } from "../../media/file-to-send.ts";
import { twilioErrorOf } from "../../twilio/failure.ts";
import { TooManyRequestsError, UnreachableError } from "../../twilio/http.ts";
import { digitsOf, findMessageAtTwilio, type TwilioLookup } from "./find-message-at-twilio.ts";

/** Delay before a lost message is looked up in Twilio's list. By then the list contains it, if Twilio created it. */
const SETTLE_AFTER_SECONDS = 15;
/** A message that Twilio's list does not contain by then was never created. */
const GIVE_UP_MS = 5 * 60_000;
/** About ten minutes, with the queue's back-off. */
const MOST_TRIES = 60;
/** Used when Twilio cannot be reached or names no time to retry. */
const PAUSE_MS = 1_000;

/** Twilio's shared sandbox accepts one message every three seconds. */
const SANDBOX_PAUSE_MS = 3_000;

/** Stages at which tests wait or kill the process. */
export type SendStage = "claimed" | "answered";

/**
 * Hands messages to Twilio, each at most once. The states before the call (`sending`) and after it (`sent`, `failed`) leave one
 * doubtful case: the call was sent but no response came, or this process died meanwhile. Such a message becomes `uncertain`. It
 * is never sent again; its own callback or Twilio's list settles it.
 */
export function createMessageSender(
  platform: Installation,
  reached: (stage: SendStage) => void = () => {},
): JobHandlers {
  /** When Twilio accepts the next message, by connection. Checked right before the call, because concurrent jobs may set it. */
  const freeAt = new Map<number, number>();
  const awaitTurn = ({ connection, message: { connectionNo } }: Row) => {
    const now = performance.now();
    const left = (freeAt.get(connectionNo) ?? 0) - now;
    if (left > 0) throw new RetryLaterError("Twilio takes no more just now", { pauseMs: left });
    freeAt.delete(connectionNo);
    if (connection.sender === SANDBOX_NUMBER) freeAt.set(connectionNo, now + SANDBOX_PAUSE_MS);
  };
  const pause = (error: unknown, connectionNo: number) => {
    if (error instanceof RetryLaterError)
      freeAt.set(connectionNo, Math.max(freeAt.get(connectionNo) ?? 0, performance.now() + error.pauseMs));
    throw error;
  };
  return {
    send: async (messageId, tries) => {
      const row = await find(platform, messageId);
      if (!row || ["sent", "failed", "uncertain"].includes(row.outgoing.state)) return;
      if (row.message.sid !== null) return markSent(platform, messageId);
      if (row.outgoing.state === "sending") return becomeUncertain(platform, row);
      if (row.connection.isActive) {
        const file = await fileToSend(platform, messageId);
        awaitTurn(row);
        await handOver(platform, row, file, tries >= MOST_TRIES, reached).catch((error: unknown) =>
          pause(error, row.message.connectionNo),
        );
      } else await fail(platform, messageId, "The sender was disconnected before it could be sent.");
      changed(platform, row);
    },
    settle: async (messageId) => {
      const row = await find(platform, messageId);
      if (row?.outgoing.state !== "uncertain") return;
      if (row.message.sid !== null) return markSent(platform, messageId);
      const isLast = row.sinceHandedOver > GIVE_UP_MS;
      try {
        const lookup = await lookUp(platform, row, isLast);
        if (lookup.state === "found") await record(platform, messageId, lookup.sid);
        else if (lookup.state === "absent" && isLast)
          await fail(platform, messageId, "Twilio never received it. You can send it again.");
        else throw new RetryLaterError("Twilio's list does not show it yet");
      } catch (error) {
        if (!(error instanceof NobodyKnowsError)) throw error;
        // The message's own callback may still arrive.
        if (!isLast) throw new RetryLaterError(error.message, { cause: error });
        await fail(platform, messageId, error.message);
      }
      changed(platform, row);
    },
  };
}

async function find(platform: Installation, messageId: number) {
  const [row] = await platform.db
    .select({
      message: messages,
      outgoing: outgoingMessages,
      conversation: conversations,
      connection: connections,
      /** In ms, by the database's clock only. */
      sinceHandedOver: sql<number>`coalesce(extract(epoch from now() - ${outgoingMessages.handedOverAt}) * 1000, 0)::float8`,
    })
    .from(outgoingMessages)
    .innerJoin(messages, eq(messages.id, outgoingMessages.messageId))
    .innerJoin(conversations, eq(conversations.id, messages.conversationId))
    .innerJoin(connections, eq(connections.no, messages.connectionNo))
    .where(eq(outgoingMessages.messageId, messageId));
  return row;
}

type Row = NonNullable<Awaited<ReturnType<typeof find>>>;

/** From here on the message counts as handed over, even if this process dies. */
async function claim(platform: Installation, messageId: number): Promise<boolean> {
  const claimed = await platform.db
    .update(outgoingMessages)
    .set({ state: "sending", handedOverAt: sql`now()` })
    .where(and(eq(outgoingMessages.messageId, messageId), eq(outgoingMessages.state, "queued")))
    .returning({ id: outgoingMessages.messageId });
  return claimed.length === 1;
}

async function handOver(
  platform: Installation,
  row: Row,
  file: string | null,
  isLast: boolean,
  reached: (stage: SendStage) => void,
): Promise<void> {
  if (!(await claim(platform, row.message.id))) return;
  changed(platform, row);
  reached("claimed");
  let sid: string;
  try {
    sid = await create(platform, row, file);
  } catch (error) {
    return handleFailure(platform, row, error, isLast);
  }
  reached("answered");
  // Outside the `try`: a database error must not count as a failed call to Twilio.
  await record(platform, row.message.id, sid);
}

async function create(platform: Installation, row: Row, file: string | null): Promise<string> {
  const client = twilioClientFor(platform, unsealCredentials(platform, row.connection));
  const sender = row.connection.sender.startsWith("MG")
    ? { messagingServiceSid: row.connection.sender, from: row.conversation.ours }
    : { from: row.connection.sender };
  const made = await client.messages.create({
    ...sender,
    to: row.conversation.address,
    ...(row.message.body || !file ? { body: row.message.body ?? "" } : {}),
    ...(file ? { mediaUrl: [file] } : {}),
    statusCallback: `${platform.publicUrl}${WEBHOOK_PATH}/status/${row.outgoing.publicId}`,
  });
  if (!/^[A-Z]{2}[0-9a-f]{32}$/i.test(made.sid ?? ""))
    throw new UnreachableError("Twilio's answer names no message");
  return made.sid;
}

/** Stores the SID that Twilio returned. The digits are the message's key; the prefix cannot be derived later. */
async function record(platform: Installation, messageId: number, sid: string): Promise<void> {
  await platform.db.execute(sql`
    with named as (
      update messages set sid = coalesce(sid, ${digitsOf(sid)}::uuid) where id = ${messageId}
    )
    update outgoing_messages set state = 'sent', problem = null, sid_prefix = ${sid.slice(0, 2)}
    where message_id = ${messageId}`);
}

/** The message's own callback arrived first. The event log holds its SID. */
async function markSent(platform: Installation, messageId: number): Promise<void> {
  await platform.db
    .update(outgoingMessages)
    .set({ state: "sent", problem: null })
    .where(eq(outgoingMessages.messageId, messageId));
}

async function handleFailure(
  platform: Installation,
  row: Row,
  error: unknown,
  isLast: boolean,
): Promise<void> {
  const { id } = row.message;
  if (error instanceof DomainError) return fail(platform, id, error.message);
  const refusal = twilioErrorOf(error);
  // Twilio did not process the call: it responded 429, or no connection was made.
  if ((refusal?.status === 429 || isRefusedConnection(error)) && !isLast) {
    const [again] = await platform.db
      .update(outgoingMessages)
      .set({ state: "queued", handedOverAt: null })
      .where(and(eq(outgoingMessages.messageId, id), eq(outgoingMessages.state, "sending")))
      .returning({ id: outgoingMessages.messageId });
    // Another worker found the message unfinished meanwhile and looks it up.
    if (!again) return;
    const told = error instanceof TooManyRequestsError ? error.retryAfterMs : null;
    throw new RetryLaterError("Twilio did not take it yet", { cause: error, pauseMs: told ?? PAUSE_MS });
  }
  if (refusal && refusal.status < 500)
    return fail(
      platform,
      id,
      refusal.status === 429 ? "Twilio is too busy. Try again later." : sentenceOf(error),
      refusal.code,
    );
  if (isRefusedConnection(error)) return fail(platform, id, "Twilio cannot be reached. Try again later.");
  await becomeUncertain(platform, row);
}

/** Errors that occur before any part of the call was sent. */
const NOT_TAKEN = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

function isRefusedConnection(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    if ("code" in cause && NOT_TAKEN.has(String(cause.code))) return true;
  return false;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message.slice(0, 300) : "Twilio refused it.";
}

async function fail(
  platform: Installation,
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

/** Enqueues the lookup in the same transaction, so that it cannot be lost. */
async function becomeUncertain(platform: Installation, row: Row): Promise<void> {
  const { id, connectionNo } = row.message;
  await platform.db.transaction(async (tx) => {
    const [doubtful] = await tx
      .update(outgoingMessages)
      .set({ state: "uncertain" })
      .where(and(eq(outgoingMessages.messageId, id), eq(outgoingMessages.state, "sending")))
      .returning({ id: outgoingMessages.messageId });
    if (doubtful) await platform.jobs.settle(tx, id, connectionNo, SETTLE_AFTER_SECONDS);
  });
  changed(platform, row);
}

/** Twilio cannot be asked or does not show the message, and waiting does not help. */
class NobodyKnowsError extends Error {
  override name = "NobodyKnowsError";
}

async function lookUp(
  platform: Installation,
  row: Row,
  isLast: boolean,
): Promise<Exclude<TwilioLookup, { state: "unclear" }>> {
  const { message, conversation, connection } = row;
  if (!connection.isActive)
    throw new NobodyKnowsError(
      "The sender was disconnected before Twilio could be asked. It may have arrived: ask the customer.",
    );
  const doubtful = { ...message, to: conversation.address, from: conversation.ours };
  try {
    const client = twilioClientFor(platform, unsealCredentials(platform, connection));
    const lookup = await findMessageAtTwilio(platform, client, doubtful, isLast);
    if (lookup.state !== "unclear") return lookup;
  } catch (error) {
    const refusal = twilioErrorOf(error);
    if (error instanceof DomainError || (refusal && refusal.status < 500 && refusal.status !== 429))
      throw new NobodyKnowsError(
        "Twilio does not let these credentials look it up. It may have arrived: ask the customer.",
        { cause: error },
      );
    if (!(error instanceof UnreachableError) && refusal?.status !== 429) throw error;
    const told = error instanceof TooManyRequestsError ? error.retryAfterMs : null;
    throw new RetryLaterError("Twilio cannot be asked just now", { cause: error, pauseMs: told ?? PAUSE_MS });
  }
  throw new NobodyKnowsError(
    "Twilio's list does not show whether it is there. It may have arrived: ask the customer.",
  );
}

function changed(platform: Installation, row: Row): void {
  platform.feed.publish({
    organizationId: row.connection.organizationId,
    connectionId: row.connection.id,
    conversationId: row.conversation.publicId,
  });
}
