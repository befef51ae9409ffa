import { type SignedParams, urlWithSignature } from "../sign.ts";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorAccount, SimulatorAttempt, SimulatorDelivery } from "../state/types.ts";
import { type AppliedSetting, chooseSignatureSetting } from "./choose-setting.ts";
import type { ConnectionOverrides } from "./overrides.ts";
import { alertOfAttempt, raiseMonitorAlert } from "./raise-alert.ts";
import { sendRequest } from "./request.ts";
import { signatureHeaders } from "./signer.ts";

export type DeliveryOrder = {
  account: SimulatorAccount;
  kind: SimulatorDelivery["kind"];
  url: string;
  method: SimulatorDelivery["method"];
  messageSid: string;
  params: SignedParams;
  chaos?: string[];
};

const mostRedirects = 10;

export function recordDelivery(ctx: SimulatorContext, order: DeliveryOrder): SimulatorDelivery {
  const delivery: SimulatorDelivery = {
    id: ctx.random.uuid(),
    accountSid: order.account.sid,
    messageSid: order.messageSid,
    kind: order.kind,
    url: order.url,
    method: order.method,
    params: order.params,
    headers: {},
    signature: "",
    signedUrl: "",
    sharedKey: null,
    state: "pending",
    chaos: order.chaos ?? [],
    attempts: [],
    alert: null,
    createdAt: ctx.clock.now(),
  };
  ctx.state.deliveries.push(delivery);
  if (ctx.state.deliveries.length > 10_000) ctx.state.deliveries.splice(0, 1000);
  ctx.feed.publish("delivery", delivery);
  return delivery;
}

/**
 * Delivers one webhook as Twilio does: signed with the current primary Auth Token, 5 s to connect, 15 s to read, one retry if
 * the connection fails. The URL's fragment (Twilio docs, Connection overrides) or a Webhook Rule can change all of this.
 */
export async function deliverWebhook(
  ctx: SimulatorContext,
  order: DeliveryOrder,
): Promise<SimulatorDelivery> {
  const delivery = recordDelivery(ctx, order);
  const applied = chooseSignatureSetting(ctx, order.account, order.url);
  const { overrides, signer } = applied;
  if (signer.kind === "key") delivery.sharedKey = { id: signer.keyId, algorithm: signer.algorithm };
  // Twilio documents a token "to distinguish retry attempts". That it stays the same across retries is an assumption.
  const idempotencyToken = ctx.random.uuid();
  const deadline = performance.now() + overrides.totalTimeout;
  const { signal } = ctx.outbound.stop;

  for (let retry = 0; ; retry++) {
    const attempt = await exchange(ctx, order.account, delivery, applied, idempotencyToken, deadline, signal);
    if (
      signal.aborted ||
      retry >= overrides.retries ||
      !mayRetry(attempt, overrides) ||
      performance.now() >= deadline
    )
      break;
    await ctx.clock.sleep(ctx.pace.retry * 2 ** retry);
  }

  // The simulator was stopped or reset, so the message no longer exists.
  if (signal.aborted) {
    delivery.state = "lost";
    return delivery;
  }
  const last = delivery.attempts.at(-1);
  const complaint = last ? alertOfAttempt(last) : null;
  delivery.state = complaint ? "failed" : "delivered";
  if (complaint) raiseMonitorAlert(ctx, delivery, complaint.code, complaint.text);
  ctx.feed.publish("delivery", delivery);
  return delivery;
}

function mayRetry(attempt: SimulatorAttempt, { policies }: ConnectionOverrides): boolean {
  const kind = attempt.error?.kind;
  // "A partial response is never retried" (Connection overrides). Retrying an invalid URL is pointless.
  if (kind === "partial" || kind === "too-large" || kind === "url") return false;
  const all = policies.has("all");
  if (kind === "ct" || kind === "connect" || kind === "dns" || kind === "tls")
    return all || policies.has("ct");
  if (kind === "rt" || kind === "reset" || kind === "cut") return all || policies.has("rt");
  const status = attempt.status ?? 0;
  if (status >= 500) return all || policies.has("5xx");
  if (status >= 400) return all || policies.has("4xx");
  return false;
}

/** One attempt, including its redirects and the request for credentials. */
async function exchange(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  delivery: SimulatorDelivery,
  { overrides, signer, authorization: ofSetting }: AppliedSetting,
  idempotencyToken: string,
  deadline: number,
  signal: AbortSignal,
): Promise<SimulatorAttempt> {
  let { method, url } = delivery as { method: string; url: string };
  let params = delivery.params;
  let authorization = ofSetting;

  for (let hop = 0; ; hop++) {
    const bare = urlWithSignature(url);
    const target = method === "GET" && params.length ? appendQuery(bare, params) : bare;
    const body = method === "GET" ? "" : new URLSearchParams(params).toString();
    const signed = signatureHeaders(account, signer, target, method === "GET" ? [] : params);
    const headers = makeHeaders(signed, idempotencyToken, body, method, authorization);
    const signature = signed["X-Twilio-Signature"] ?? "";
    if (delivery.attempts.length === 0) Object.assign(delivery, { signature, signedUrl: target, headers });

    const left = Math.max(deadline - performance.now(), 1);
    const attempt = await sendRequest(
      {
        url: target,
        method,
        headers,
        body,
        connectTimeout: Math.min(overrides.connectTimeout, left),
        readTimeout: Math.min(overrides.readTimeout, left),
        cut: delivery.chaos.includes("cut"),
        signal,
      },
      ctx.clock.now(),
    );
    delivery.attempts.push(attempt);

    const credentials = readCredentials(url);
    // Credentials in the URL are sent only after a 401 that asks for them (Twilio docs, Security: HTTP authentication).
    if (
      attempt.status === 401 &&
      credentials &&
      !authorization &&
      /^basic/i.test(attempt.headers["www-authenticate"] ?? "")
    ) {
      authorization = credentials;
      continue;
    }
    const next = hop < mostRedirects ? readRedirect(attempt, target) : null;
    if (!next) return attempt;
    // 301 and 302 turn the POST into a GET without parameters. 307 and 308 preserve both.
    if (next.becomesGet) {
      method = "GET";
      params = [];
    }
    url = next.url;
    authorization = null;
  }
}

function readRedirect(attempt: SimulatorAttempt, from: string): { url: string; becomesGet: boolean } | null {
  const location = attempt.headers.location;
  if (attempt.error || !location || ![301, 302, 303, 307, 308].includes(attempt.status ?? 0)) return null;
  const url = URL.parse(location, from)?.href;
  return url ? { url, becomesGet: (attempt.status ?? 0) < 307 } : null;
}

function readCredentials(url: string): string | null {
  const parsed = URL.parse(url);
  if (!parsed?.username) return null;
  const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function appendQuery(url: string, params: SignedParams): string {
  return url + (url.includes("?") ? "&" : "?") + new URLSearchParams(params).toString();
}

/** The headers observed in published captures of Twilio's requests. */
function makeHeaders(
  signed: ReturnType<typeof signatureHeaders>,
  idempotencyToken: string,
  body: string,
  method: string,
  authorization: string | null,
): Record<string, string> {
  return {
    "User-Agent": "TwilioProxy/1.1",
    Accept: "*/*",
    "Accept-Encoding": "gzip",
    ...(method === "GET"
      ? {}
      : {
          "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
          "Content-Length": String(Buffer.byteLength(body)),
        }),
    "I-Twilio-Idempotency-Token": idempotencyToken,
    "X-Home-Region": "us1",
    ...signed,
    ...(authorization ? { Authorization: authorization } : {}),
  };
}
