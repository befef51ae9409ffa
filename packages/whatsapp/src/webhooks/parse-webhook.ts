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
  /** Our addresses in this event: `To` of a message, `From` of a status callback. */
  ourAddresses: string[];
  messagingServiceSid: string | null;
  /** The event's unique key: message and step. An event is stored once per key. */
  sid: string;
  step: number;
  word: string | null;
  /** All parameters; a repeated parameter has its first value. */
  values: ReadonlyMap<string, string>;
}

/** Parameters that identify the event. Two different values for one of them would make the event ambiguous. */
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
/** The longest address of Twilio's has about 140 characters. */
const MAX_ADDRESS = 256;

/**
 * Parses a form body before its signature is verified. Null when the body is ambiguous or names no account. Every other body is
 * an event; an unrecognised event has the kind `unknown`.
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
 * A status callback has `MessageStatus` and may have a Body. An incoming message may have `SmsStatus=received`, or neither Body
 * nor status. (Captured payloads; Twilio's field tables.)
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

/** Contacts are looked up by address in an index, and index entries have a maximum length. */
export function isAddress(text: string | undefined): boolean {
  return text !== undefined && text.length <= MAX_ADDRESS;
}

function hashOf(body: Buffer): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 32);
}
