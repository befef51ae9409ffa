import { v7 as uuidv7 } from "uuid";
import { foldName } from "../search/fold-name.ts";
import { searchVector } from "../search/tokens.ts";
import { numberArray, textArray } from "./array-literal.ts";
import type { WebhookConnection } from "./connection-cache.ts";
import type { Caller } from "./conversation-cache.ts";
import { INCOMING } from "./event-status.ts";
import { MESSAGE_KINDS } from "./message-kind.ts";
import { NOTHING, type Projection, projectStatus, projectWebhook } from "./projection.ts";
import type { Webhook } from "./read-webhook.ts";

/** `unprojected`: kept, but what the inbox takes from it could not be stored; it is tried again by itself. */
export type Outcome = "stored" | "unrouted" | "unprojected";
/** By the number in the event log. Never reorder. */
export const OUTCOMES: readonly Outcome[] = ["stored", "unrouted", "unprojected"];

/** As much of a webhook as the log and the inbox take. */
export interface Delivery {
  receiver: Pick<WebhookConnection, "no" | "organizationNo">;
  webhook: Pick<Webhook, "sid" | "step" | "word">;
  projection: Projection;
  body: Buffer;
  /** Our id for the message, where the webhook came by its own status URL. */
  messageId: string | null;
  outcome: Outcome;
}

export interface VerifiedWebhook extends Delivery {
  receiver: WebhookConnection;
}

/** Of a webhook, what is stored and no more: the rest of it need not wait for that. */
export function verifiedWebhookOf(
  receiver: WebhookConnection,
  webhook: Webhook,
  more: Pick<Delivery, "body" | "messageId" | "outcome">,
): VerifiedWebhook {
  const { sid, step, word } = webhook;
  return { receiver, webhook: { sid, step, word }, projection: projectionOf(webhook, more.outcome), ...more };
}

/** What the inbox takes from a webhook: nothing where nobody knows which connection it is for. */
export function projectionOf(
  { step, values }: Pick<Webhook, "step" | "values">,
  outcome: Outcome,
): Projection {
  if (outcome === "unrouted") return NOTHING;
  return step === INCOMING ? projectWebhook(values) : projectStatus(values);
}

/** For what makes conversations, one more column: the public ids that they would get. */
export function newIds(batch: readonly Delivery[]): string {
  return numberArray(batch.map(({ webhook }) => (webhook.step === INCOMING ? uuidv7() : null)));
}

/** The parameters of the whole statement, a column each. */
export function columnsOf(batch: readonly Delivery[]): string[] {
  return [
    ...eventColumns(batch),
    textArray(batch.map(({ projection }) => projection.ours)),
    textArray(batch.map(({ projection }) => projection.contact)),
    textArray(batch.map(({ projection }) => projection.otherAddress)),
    textArray(batch.map(({ projection }) => projection.name)),
    textArray(batch.map(({ projection }) => projection.username)),
    ...foldedNames(batch),
    ...messageColumns(batch),
  ];
}

/** Of the one for what is known. */
export function columnsOfKnown(batch: readonly (Delivery & { caller: Caller | null })[]): string[] {
  return [...eventColumns(batch), ...callerColumns(batch), ...messageColumns(batch)];
}

function eventColumns(batch: readonly Delivery[]): string[] {
  const texts = batch.map((entry) => asText(entry.body));
  return [
    numberArray(batch.map((entry) => entry.receiver.no)),
    numberArray(batch.map((entry) => entry.receiver.organizationNo)),
    numberArray(batch.map((entry) => entry.webhook.sid)),
    numberArray(batch.map((entry) => entry.webhook.step)),
    textArray(batch.map((entry) => entry.webhook.word)),
    numberArray(batch.map((entry) => OUTCOMES.indexOf(entry.outcome))),
    textArray(texts.map((text) => text ?? "")),
    textArray(batch.map((entry, index) => (texts[index] === null ? entry.body.toString("hex") : null))),
  ];
}

/** Whose message it is, and what it says of them. */
export function callerColumns(batch: readonly (Delivery & { caller: Caller | null })[]): string[] {
  return [
    numberArray(batch.map(({ caller }) => caller?.conversationId ?? null)),
    textArray(batch.map(({ projection }) => projection.contact)),
    textArray(batch.map(({ projection }) => projection.name)),
    textArray(batch.map(({ projection }) => projection.username)),
  ];
}

/** The names as a search compares them. */
export function foldedNames(
  batch: readonly { projection: Pick<Projection, "name" | "username"> }[],
): string[] {
  return [
    textArray(batch.map(({ projection }) => foldName(projection.name))),
    textArray(batch.map(({ projection }) => foldName(projection.username))),
  ];
}

function messageColumns(batch: readonly Delivery[]): string[] {
  return [
    numberArray(batch.map(({ projection }) => MESSAGE_KINDS.indexOf(projection.kind))),
    textArray(batch.map(({ projection }) => projection.body)),
    textArray(batch.map(({ projection }) => projection.preview)),
    numberArray(batch.map(({ projection }) => projection.errorCode)),
    numberArray(batch.map(({ messageId }) => messageId)),
    textArray(batch.map(({ projection }) => searchVector(projection.body))),
  ];
}

/** A form body is ASCII, in practice always; anything else is kept as bytes instead. */
function asText(body: Buffer): string | null {
  const text = body.toString("latin1");
  return PRINTABLE.test(text) ? text : null;
}

const PRINTABLE = /^[\x20-\x7e]*$/;
