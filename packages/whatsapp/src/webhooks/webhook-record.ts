import { v7 as uuidv7 } from "uuid";
import { foldContactName } from "../search/fold-name.ts";
import { buildSearchVector } from "../search/tokens.ts";
import { numberArrayLiteral, textArrayLiteral } from "./array-literal.ts";
import type { WebhookConnection } from "./connection-cache.ts";
import { INCOMING_STATUS } from "./content/event-status.ts";
import { MESSAGE_KINDS } from "./content/message-kind.ts";
import type { CachedConversation } from "./conversation-cache.ts";
import type { ParsedWebhook } from "./parse-webhook.ts";
import { EMPTY_PROJECTION, type Projection, projectStatus, projectWebhook } from "./projection.ts";

/** `unprojected`: stored, but its projection failed. The projection is retried automatically. */
export type WebhookOutcome = "stored" | "unrouted" | "unprojected";
/** By the number in the event log. Never reorder. */
export const WEBHOOK_OUTCOMES: readonly WebhookOutcome[] = ["stored", "unrouted", "unprojected"];

/** The fields of a webhook that the event log and the inbox need. */
export interface WebhookRecord {
  receiver: Pick<WebhookConnection, "no" | "organizationNo">;
  webhook: Pick<ParsedWebhook, "sid" | "step" | "word">;
  projection: Projection;
  body: Buffer;
  /** Our id for the message, if the webhook came to the message's own status URL. */
  messageId: string | null;
  outcome: WebhookOutcome;
}

export interface VerifiedWebhook extends WebhookRecord {
  receiver: WebhookConnection;
}

/** Keeps only the fields that are stored, so that the rest of the webhook can be freed while it waits. */
export function verifiedWebhookOf(
  receiver: WebhookConnection,
  webhook: ParsedWebhook,
  more: Pick<WebhookRecord, "body" | "messageId" | "outcome">,
): VerifiedWebhook {
  const { sid, step, word } = webhook;
  return {
    receiver,
    webhook: { sid, step, word },
    projection: projectionOfRecord(webhook, more.outcome),
    ...more,
  };
}

/** Empty for a webhook that matches no connection. */
export function projectionOfRecord(
  { step, values }: Pick<ParsedWebhook, "step" | "values">,
  outcome: WebhookOutcome,
): Projection {
  if (outcome === "unrouted") return EMPTY_PROJECTION;
  return step === INCOMING_STATUS ? projectWebhook(values) : projectStatus(values);
}

/** An additional column for statements that create conversations: their public ids. */
export function newIds(batch: readonly WebhookRecord[]): string {
  return numberArrayLiteral(batch.map(({ webhook }) => (webhook.step === INCOMING_STATUS ? uuidv7() : null)));
}

/** The parameters of `STORE_EVENTS`, one column each. */
export function columnsOfRecords(batch: readonly WebhookRecord[]): string[] {
  return [
    ...eventColumns(batch),
    textArrayLiteral(batch.map(({ projection }) => projection.ours)),
    textArrayLiteral(batch.map(({ projection }) => projection.contact)),
    textArrayLiteral(batch.map(({ projection }) => projection.otherAddress)),
    textArrayLiteral(batch.map(({ projection }) => projection.name)),
    textArrayLiteral(batch.map(({ projection }) => projection.username)),
    ...foldedNamesOf(batch),
    ...messageColumns(batch),
  ];
}

/** The parameters of `STORE_EVENTS_OF_KNOWN`. */
export function columnsOfKnownRecords(
  batch: readonly (WebhookRecord & { caller: CachedConversation | null })[],
): string[] {
  return [...eventColumns(batch), ...conversationColumns(batch), ...messageColumns(batch)];
}

function eventColumns(batch: readonly WebhookRecord[]): string[] {
  const texts = batch.map((entry) => asText(entry.body));
  return [
    numberArrayLiteral(batch.map((entry) => entry.receiver.no)),
    numberArrayLiteral(batch.map((entry) => entry.receiver.organizationNo)),
    numberArrayLiteral(batch.map((entry) => entry.webhook.sid)),
    numberArrayLiteral(batch.map((entry) => entry.webhook.step)),
    textArrayLiteral(batch.map((entry) => entry.webhook.word)),
    numberArrayLiteral(batch.map((entry) => WEBHOOK_OUTCOMES.indexOf(entry.outcome))),
    textArrayLiteral(texts.map((text) => text ?? "")),
    textArrayLiteral(
      batch.map((entry, index) => (texts[index] === null ? entry.body.toString("hex") : null)),
    ),
  ];
}

/** The conversation of each message, with its sender's address and names. */
export function conversationColumns(
  batch: readonly (WebhookRecord & { caller: CachedConversation | null })[],
): string[] {
  return [
    numberArrayLiteral(batch.map(({ caller }) => caller?.conversationId ?? null)),
    textArrayLiteral(batch.map(({ projection }) => projection.contact)),
    textArrayLiteral(batch.map(({ projection }) => projection.name)),
    textArrayLiteral(batch.map(({ projection }) => projection.username)),
  ];
}

/** The names in the form that the search compares. */
export function foldedNamesOf(
  batch: readonly { projection: Pick<Projection, "name" | "username"> }[],
): string[] {
  return [
    textArrayLiteral(batch.map(({ projection }) => foldContactName(projection.name))),
    textArrayLiteral(batch.map(({ projection }) => foldContactName(projection.username))),
  ];
}

function messageColumns(batch: readonly WebhookRecord[]): string[] {
  return [
    numberArrayLiteral(batch.map(({ projection }) => MESSAGE_KINDS.indexOf(projection.kind))),
    textArrayLiteral(batch.map(({ projection }) => projection.body)),
    textArrayLiteral(batch.map(({ projection }) => projection.preview)),
    numberArrayLiteral(batch.map(({ projection }) => projection.errorCode)),
    numberArrayLiteral(batch.map(({ messageId }) => messageId)),
    textArrayLiteral(batch.map(({ projection }) => buildSearchVector(projection.body))),
  ];
}

/** Null unless the body is printable ASCII. In practice form bodies always are; other bodies are stored as bytes. */
function asText(body: Buffer): string | null {
  const text = body.toString("latin1");
  return PRINTABLE.test(text) ? text : null;
}

const PRINTABLE = /^[\x20-\x7e]*$/;
