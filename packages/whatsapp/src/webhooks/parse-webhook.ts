import { createHash } from "node:crypto";
import { toPgText } from "@waystation/core/text";
import {
  INCOMING_STATUS,
  kindOfStatus,
  OTHER_STATUS,
  statusCodeOf,
  UNKNOWN_STATUS,
  type WebhookEventKind,
} from "./content/event-status.ts";
import type { FormPairs } from "./form-body.ts";

export interface ParsedWebhook {
  kind: WebhookEventKind;
  accountSid: string;
  /** Which of our addresses it is about: `To` of a message, `From` of a status callback. */
  ourAddresses: string[];
  messagingServiceSid: string | null;
  /** The key under which it is stored once: message and step. */
  sid: string;
  step: number;
  word: string | null;
  /** All parameters, a repeated one with its first value. */
  values: ReadonlyMap<string, string>;
}

/** These name the event. Said twice with two values, they could name two events to two readers. */
const IDENTITY = [
  "AccountSid",
  "MessageSid",
  "SmsSid",
  "SmsMessageSid",
  "MessageStatus",
  "SmsStatus",
  "From",
  "To",
];
const MESSAGE_SID = /^[A-Z]{2}[0-9a-f]{32}$/i;
const MAX_WORD = 64;
/** Of Twilio's the longest has some 140. */
const MAX_ADDRESS = 256;

/**
 * What a form body says, with nothing of it believed yet. Null when it says two things at once, or not even whose account
 * it is about. Everything else is some event: what is not understood is kept as `unknown`.
 */
export function parseWebhook(pairs: FormPairs, body: Buffer, isStatusRoute: boolean): ParsedWebhook | null {
  const first = new Map<string, string>();
  for (const [name, value] of pairs) {
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, value);
    else if (earlier !== value && IDENTITY.includes(name)) return null;
  }
  const accountSid = first.get("AccountSid");
  if (!accountSid) return null;
  const from = first.get("From") ?? "";
  const to = first.get("To") ?? "";
  const identity = identify(first, body, isStatusRoute);
  const kind = kindOfStatus(identity.step);
  return {
    kind,
    accountSid,
    ourAddresses: (kind === "message" ? [to] : kind === "status" ? [from, to] : [to, from]).filter(Boolean),
    messagingServiceSid: first.get("MessagingServiceSid") ?? null,
    sid: identity.sid,
    step: identity.step,
    word: identity.word,
    values: first,
  };
}

/**
 * A status callback says `MessageStatus`, and may carry a Body. An incoming message may say `SmsStatus=received`, may have
 * neither Body nor status, and is one all the same. (Captured payloads; Twilio's field tables.)
 */
function identify(
  first: Map<string, string>,
  body: Buffer,
  isStatusRoute: boolean,
): Pick<ParsedWebhook, "sid" | "step" | "word"> {
  const sid = first.get("MessageSid") ?? first.get("SmsMessageSid") ?? first.get("SmsSid") ?? "";
  if (!MESSAGE_SID.test(sid)) return { sid: hashOf(body), step: UNKNOWN_STATUS, word: null };
  const key = sid.slice(2).toLowerCase();
  const said = first.get("MessageStatus") ?? (isStatusRoute ? first.get("SmsStatus") : undefined);
  const word = said?.toLowerCase();
  if (word === undefined ? isStatusRoute : word !== "received" && word !== "receiving") {
    const step = statusCodeOf(word ?? "");
    return { sid: key, step, word: step === OTHER_STATUS ? toPgText((word ?? "").slice(0, MAX_WORD)) : null };
  }
  if (!isAddress(first.get("From")) || !isAddress(first.get("To")))
    return { sid: hashOf(body), step: UNKNOWN_STATUS, word: null };
  return { sid: key, step: INCOMING_STATUS, word: null };
}

/** Contacts are found by their address, and no index holds any length. */
export function isAddress(text: string | undefined): boolean {
  return text !== undefined && text.length <= MAX_ADDRESS;
}

function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 32);
}
