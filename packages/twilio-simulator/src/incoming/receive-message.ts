import { makeMedia } from "../media/make-media.ts";
import { createReply } from "../outgoing/create-reply.ts";
import { openSimulatorWindow } from "../outgoing/window.ts";
import { findSender, findServiceOf, type SimulatorContext } from "../state/context.ts";
import type {
  SimulatorAccount,
  SimulatorDelivery,
  SimulatorMedia,
  SimulatorMessage,
} from "../state/types.ts";
import { dispatchWebhook, trackDelivery } from "../webhooks/dispatch.ts";
import { buildIncomingParams, type IncomingDetails, type IncomingKind } from "../webhooks/incoming-params.ts";
import { alertOfAttempt, raiseMonitorAlert } from "../webhooks/raise-alert.ts";
import { routeIncoming, type WebhookRoute } from "../webhooks/route.ts";
import { parseTwimlResponse } from "../webhooks/twiml.ts";

export type IncomingMessageInput = IncomingDetails & {
  /** Default: the account that owns `to`. */
  accountSid?: string;
  to: string;
  from: string;
  kind?: IncomingKind;
  body?: string;
  /** Replaces the generated media. `data` is base64. */
  media?: { contentType: string; data: string; name?: string }[];
  /** Webhook parameters to add or overwrite verbatim. Null removes a parameter. */
  raw?: Record<string, string | null>;
};

type ReceivedMessage = { message: SimulatorMessage; delivery: Promise<SimulatorDelivery | null> };

const mediaKinds: readonly string[] = ["image", "audio", "video", "document", "sticker", "contacts"];

/** Receives a message from a customer to the business. */
export function receiveMessage(ctx: SimulatorContext, input: IncomingMessageInput): ReceivedMessage {
  const to = toAddress(input.to);
  const from = toAddress(input.from);
  const account = findAccount(ctx, input.accountSid, to);
  const sender = findSender(account, to);
  if (!sender) throw new RangeError(`${to} is no sender of ${account.sid}`);

  const kind = input.kind ?? "text";
  const media = (input.media ?? []).map(readMedia);
  if (media.length === 0 && mediaKinds.includes(kind)) media.push(makeMedia(kind, input.profileName));

  const now = ctx.clock.now();
  const message: SimulatorMessage = {
    sid: ctx.random.sid(media.length ? "MM" : "SM"),
    accountSid: account.sid,
    direction: "inbound",
    from,
    to,
    body: input.body ?? bodyOf(kind, input),
    status: "received",
    errorCode: null,
    errorMessage: null,
    serviceSid: findServiceOf(account, sender.sid)?.sid ?? null,
    contentSid: null,
    numMedia: media.length,
    statusCallback: null,
    sendAt: null,
    dateCreated: now,
    dateUpdated: now,
    dateSent: now,
    history: [{ status: "received", at: now }],
    kind,
    details: {},
  };
  ctx.state.messages.set(message.sid, message);
  const stored = media.map((item) => storeMedia(ctx, message, item));
  openSimulatorWindow(ctx, account.sid, to, from);

  const details = { ...input, repliedMessageSender: input.repliedMessageSender ?? to };
  const built = buildIncomingParams(message, kind, details, stored, ctx.url());
  const params = changeParams(built, input.raw ?? {});
  message.details = Object.fromEntries(params);
  ctx.feed.publish("message", message);

  const route = routeIncoming(account, sender);
  if (!route) return { message, delivery: Promise.resolve(null) };
  return { message, delivery: trackDelivery(ctx, deliverIncoming(ctx, account, message, params, route)) };
}

async function deliverIncoming(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  message: SimulatorMessage,
  params: [string, string][],
  route: WebhookRoute,
): Promise<SimulatorDelivery> {
  const order = {
    account,
    kind: "incoming" as const,
    url: route.url,
    method: route.method,
    messageSid: message.sid,
    params,
  };
  const delivery = await dispatchWebhook(ctx, order, route);
  const answer = delivery.attempts.at(-1);
  if (!answer || alertOfAttempt(answer)) return delivery;
  const verdict = parseTwimlResponse(answer.status ?? 0, answer.headers["content-type"], answer.body);
  if (verdict.alert) raiseMonitorAlert(ctx, delivery, verdict.alert.code, verdict.alert.text);
  for (const reply of verdict.replies) createReply(ctx, message, reply);
  if (verdict.alert) ctx.feed.publish("delivery", delivery);
  return delivery;
}

function findAccount(ctx: SimulatorContext, sid: string | undefined, to: string): SimulatorAccount {
  const account = sid
    ? ctx.state.accounts.get(sid)
    : [...ctx.state.accounts.values()].find((candidate) => findSender(candidate, to));
  if (!account) throw new RangeError(sid ? `no account ${sid}` : `no account has the sender ${to}`);
  return account;
}

function toAddress(text: string): string {
  return text.startsWith("whatsapp:") || text.startsWith("messenger:") ? text : `whatsapp:${text}`;
}

type MediaFile = { contentType: string; bytes: Buffer; name?: string | undefined };

function readMedia({
  contentType,
  data,
  name,
}: NonNullable<IncomingMessageInput["media"]>[number]): MediaFile {
  return { contentType, bytes: Buffer.from(data, "base64"), name };
}

function bodyOf(kind: IncomingKind, input: IncomingMessageInput): string {
  if (kind === "button") return input.buttonText ?? "";
  if (kind === "list") return input.listTitle ?? "";
  return "";
}

function storeMedia(ctx: SimulatorContext, message: SimulatorMessage, item: MediaFile): SimulatorMedia {
  const media: SimulatorMedia = {
    sid: ctx.random.sid("ME"),
    accountSid: message.accountSid,
    messageSid: message.sid,
    contentType: item.contentType,
    name: item.name ?? null,
    bytes: item.bytes,
    dateCreated: message.dateCreated,
    availableAt: message.dateCreated + ctx.chaos.mediaNotFound,
    requestsNotFound: ctx.chaos.mediaRequestsNotFound,
  };
  ctx.state.media.set(media.sid, media);
  ctx.feed.publish("media", { sid: media.sid });
  return media;
}

function changeParams(params: [string, string][], raw: Record<string, string | null>): [string, string][] {
  const kept = params
    .filter(([name]) => raw[name] !== null)
    .map(([name, value]): [string, string] => [name, raw[name] ?? value]);
  const names = new Set(params.map(([name]) => name));
  const added = Object.entries(raw).filter(
    (entry): entry is [string, string] => entry[1] !== null && !names.has(entry[0]),
  );
  return [...kept, ...added];
}
