import { makeMedia } from "../media/make-media.ts";
import { createReply } from "../outgoing/create-reply.ts";
import { openWindow } from "../outgoing/window.ts";
import { type Context, findSender, findServiceOf } from "../state/context.ts";
import type { Account, Delivery, Media, Message } from "../state/types.ts";
import { dispatch, follow } from "../webhooks/dispatch.ts";
import { buildIncomingParams, type IncomingDetails, type IncomingKind } from "../webhooks/incoming-params.ts";
import { judgeAttempt, raiseAlert } from "../webhooks/raise-alert.ts";
import { type Route, routeIncoming } from "../webhooks/route.ts";
import { readAnswer } from "../webhooks/twiml.ts";

export type IncomingInput = IncomingDetails & {
  /** Default: the account that owns `to`. */
  accountSid?: string;
  to: string;
  from: string;
  kind?: IncomingKind;
  body?: string;
  /** Own media instead of the made ones; `data` is base64. */
  media?: { contentType: string; data: string; name?: string }[];
  /** Parameters to add or change as they are; null removes one. */
  raw?: Record<string, string | null>;
};

export type Received = { message: Message; delivery: Promise<Delivery | null> };

const mediaKinds: readonly string[] = ["image", "audio", "video", "document", "sticker", "contacts"];

/** A customer writes to the business. */
export function receiveMessage(ctx: Context, input: IncomingInput): Received {
  const to = toAddress(input.to);
  const from = toAddress(input.from);
  const account = findAccount(ctx, input.accountSid, to);
  const sender = findSender(account, to);
  if (!sender) throw new RangeError(`${to} is no sender of ${account.sid}`);

  const kind = input.kind ?? "text";
  const media = (input.media ?? []).map(readMedia);
  if (media.length === 0 && mediaKinds.includes(kind)) media.push(makeMedia(kind, input.profileName));

  const now = ctx.clock.now();
  const message: Message = {
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
  openWindow(ctx, account.sid, to, from);

  const details = { ...input, repliedMessageSender: input.repliedMessageSender ?? to };
  const built = buildIncomingParams(message, kind, details, stored, ctx.url());
  const params = changeParams(built, input.raw ?? {});
  message.details = Object.fromEntries(params);
  ctx.feed.publish("message", message);

  const route = routeIncoming(account, sender);
  if (!route) return { message, delivery: Promise.resolve(null) };
  return { message, delivery: follow(ctx, deliverIncoming(ctx, account, message, params, route)) };
}

async function deliverIncoming(
  ctx: Context,
  account: Account,
  message: Message,
  params: [string, string][],
  route: Route,
): Promise<Delivery> {
  const order = {
    account,
    kind: "incoming" as const,
    url: route.url,
    method: route.method,
    messageSid: message.sid,
    params,
  };
  const delivery = await dispatch(ctx, order, route);
  const answer = delivery.attempts.at(-1);
  if (!answer || judgeAttempt(answer)) return delivery;
  const verdict = readAnswer(answer.status ?? 0, answer.headers["content-type"], answer.body);
  if (verdict.alert) raiseAlert(ctx, delivery, verdict.alert.code, verdict.alert.text);
  for (const reply of verdict.replies) createReply(ctx, message, reply);
  if (verdict.alert) ctx.feed.publish("delivery", delivery);
  return delivery;
}

function findAccount(ctx: Context, sid: string | undefined, to: string): Account {
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

function readMedia({ contentType, data, name }: NonNullable<IncomingInput["media"]>[number]): MediaFile {
  return { contentType, bytes: Buffer.from(data, "base64"), name };
}

function bodyOf(kind: IncomingKind, input: IncomingInput): string {
  if (kind === "button") return input.buttonText ?? "";
  if (kind === "list") return input.listTitle ?? "";
  return "";
}

function storeMedia(ctx: Context, message: Message, item: MediaFile): Media {
  const media: Media = {
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
