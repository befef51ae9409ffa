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

/** How long after an unanswered call Twilio's list is asked: by then the message stands in it, if it was made. */
const SETTLE_AFTER_SECONDS = 15;
/** A message that Twilio's list does not show by then was never made. */
const GIVE_UP_MS = 5 * 60_000;
/** Ten minutes, with the queue's back-off. */
const MOST_TRIES = 60;
/** Nobody took the call, or Twilio did not say when to come again. */
const PAUSE_MS = 1_000;

/** Twilio's sandbox, which everybody shares, takes a message every three seconds. */
const SANDBOX_PAUSE_MS = 3_000;

/** What tests may wait for, or die at. */
export type SendStage = "claimed" | "answered";

/**
 * Hands messages to Twilio, each at most once. What is written down before the call (`sending`) and after it (`sent`,
 * `failed`) leaves one doubtful case: the call had left and no answer came, or this process died in between. Such a message
 * is `uncertain`: never sent again, but settled by its own callback or by Twilio's list.
 */
export function createMessageSender(
  platform: Installation,
  reached: (stage: SendStage) => void = () => {},
): JobHandlers {
  /** By connection: when Twilio will take the next one. Asked at the last moment: others were under way when it was said. */
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
        // Its own callback may still say so.
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
      /** In ms, by the database's clock alone. */
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

/** From here on the message counts as handed over, whatever becomes of this process. */
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
  // Outside of the above: a database that cannot be reached must not be taken for a Twilio that was not.
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

/** The SID as Twilio gave it: the digits are the message's key, the letters in front of them cannot be worked out later. */
async function record(platform: Installation, messageId: number, sid: string): Promise<void> {
  await platform.db.execute(sql`
    with named as (
      update messages set sid = coalesce(sid, ${digitsOf(sid)}::uuid) where id = ${messageId}
    )
    update outgoing_messages set state = 'sent', problem = null, sid_prefix = ${sid.slice(0, 2)}
    where message_id = ${messageId}`);
}

/** Its own callback named it first, which stands in the log. */
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
  // Not processed: Twilio says so itself (429), or nobody took the call.
  if ((refusal?.status === 429 || isRefusedConnection(error)) && !isLast) {
    const [again] = await platform.db
      .update(outgoingMessages)
      .set({ state: "queued", handedOverAt: null })
      .where(and(eq(outgoingMessages.messageId, id), eq(outgoingMessages.state, "sending")))
      .returning({ id: outgoingMessages.messageId });
    // Somebody else has found it unfinished meanwhile, and looks for it.
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

/** Before anything of the call had left. */
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

/** Whoever looks for it is called in the same transaction: it must not be forgotten. */
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

/** Twilio cannot be asked or does not say, and waiting does not help. */
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
