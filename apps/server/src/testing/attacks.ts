import { createHmac } from "node:crypto";
import {
  type KnownIds,
  type PlausibleCall,
  type PlausibleRestCall,
  plausibleInputs,
  UNKNOWN_ID,
} from "./plausible-inputs.ts";

/** One request that nobody sends in good faith, put together from what a caller offers. */

type AttackRoute = "webhook" | "trpc" | "auth" | "rest" | "other";

export interface Attack {
  route: AttackRoute;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  /** What the sender shows of themselves, if anything. */
  as?: "owner" | "founder" | "key";
}
const JSON_TYPE = { "content-type": "application/json" };

/** What an attack needs to know of its target. */
export type AttackAim = { publicUrl: string; known: KnownIds };

interface Signed {
  publicUrl: string;
  known: Pick<KnownIds, "accountSid" | "authToken" | "sender">;
}

export function attackProcedure({ path, method }: PlausibleCall, input: unknown): Attack {
  const text = JSON.stringify(input) ?? "";
  const as = path === "organizations.create" ? "founder" : "owner";
  const place = `/api/trpc/${path}`;
  return method === "POST"
    ? { route: "trpc", method, path: place, headers: JSON_TYPE, body: text, as }
    : { route: "trpc", method, path: `${place}?input=${escapeForUrl(text)}`, headers: {}, as };
}

export function attackAuth({ path, method }: PlausibleCall, input: object): Attack {
  const attack = { route: "auth", method, path: `/api/auth${path}`, headers: JSON_TYPE } as const;
  const whole: Attack =
    method === "POST"
      ? { ...attack, body: JSON.stringify(input) }
      : { ...attack, path: `${attack.path}?${query(input)}` };
  return /sign-(in|out)/.test(path) ? whole : { ...whole, as: "owner" };
}

export function attackRest({ path, method, inPath, inQuery }: PlausibleRestCall, input: object): Attack {
  const fields = new Map<string, unknown>(Object.entries(input));
  const take = (name: string) => {
    const value = fields.get(name);
    fields.delete(name);
    return escapeForUrl(asText(value)).slice(0, 4_000);
  };
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => take(name));
  const asked = inQuery.filter((name) => fields.has(name)).map((name) => `${name}=${take(name)}`);
  // What has no place of its own goes where the others go, too.
  if (method !== "POST") asked.push(query(Object.fromEntries(fields)));
  return {
    route: "rest",
    method,
    path: inPath.length > 0 || asked.length > 0 ? `${filled}?${asked.join("&")}` : filled,
    headers: JSON_TYPE,
    ...(method === "POST" ? { body: JSON.stringify(Object.fromEntries(fields)) } : {}),
    as: "owner",
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

function query(input: object): string {
  return Object.entries(input)
    .map(([name, value]) => `${escapeForUrl(name)}=${escapeForUrl(asText(value)).slice(0, 4_000)}`)
    .join("&");
}

/** Of an input that would pass, but names nothing that would be missed. */
export function validValues(
  { path, method }: PlausibleCall,
  names: readonly string[],
  { known }: AttackAim,
  number: number,
) {
  const ends = method === "DELETE" || path === "twilioWhatsApp.disconnect";
  return names.map((name): [string, unknown] => [
    name,
    plausibleInputs(name, ends ? { ...known, connectionId: UNKNOWN_ID } : known, number),
  ]);
}

export function escapeForUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed()).slice(0, 12_000);
}

export const WEBHOOK_PATH_UNDER_TEST = "/api/webhooks/twilio-whatsapp";
export const WEBHOOK_FIELDS = [
  "AccountSid",
  "MessageSid",
  "SmsSid",
  "SmsMessageSid",
  "From",
  "To",
  "Body",
  "ProfileName",
  "WaId",
  "SmsStatus",
  "MessageStatus",
  "ErrorCode",
  "NumMedia",
  "MediaUrl0",
  "MediaContentType0",
  "Latitude",
  "ButtonText",
  "ListTitle",
  "OriginalRepliedMessageSid",
  "MessagingServiceSid",
  "ExternalUserId",
];

export function incomingMessage({ known }: Signed, number: number): Record<string, string> {
  const sid = `SM${number.toString(16).padStart(32, "0")}`;
  return {
    AccountSid: known.accountSid,
    MessageSid: sid,
    From: "whatsapp:+4915112345678",
    To: known.sender,
    Body: "Hello",
    SmsStatus: "received",
    NumMedia: "0",
  };
}

/** Signed as Twilio would: what is wrong with it is for the reader to find, not for the door. */
export function signedWebhook({ publicUrl, known }: Signed, params: Record<string, string>): Attack {
  const body = new URLSearchParams(params).toString();
  const pairs = [...new URLSearchParams(body)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join("");
  const signature = createHmac("sha1", known.authToken)
    .update(publicUrl + WEBHOOK_PATH_UNDER_TEST + pairs)
    .digest("base64");
  return {
    route: "webhook",
    method: "POST",
    path: WEBHOOK_PATH_UNDER_TEST,
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body,
  };
}
