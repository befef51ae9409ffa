import type { Message } from "./queries.ts";

export const templatesAtTwilio = "https://console.twilio.com/us1/develop/sms/content-template-builder";
const sendersAtTwilio = "https://console.twilio.com/us1/develop/sms/senders/whatsapp-senders";

interface Remedy {
  label: string;
  href: string;
}

export interface Failure {
  words: string;
  /** The one thing to do about it; null where writing again would not help. */
  remedy: "again" | Remedy | null;
}

const senders: Remedy = { label: "Open the sender at Twilio", href: sendersAtTwilio };
const templates: Remedy = { label: "Open templates at Twilio", href: templatesAtTwilio };
const manager: Remedy = { label: "Open WhatsApp Manager", href: "https://business.facebook.com/wa/manage/" };
const optedOut = "This person asked not to be written to. Wait until they write again.";
const fault = "Twilio or WhatsApp had a fault of their own. Try again in a few minutes.";
const wrongNumber = "This is not a number that can be reached on WhatsApp. Check it with the customer.";

const failures: Record<number, Failure> = {
  20429: { words: "Twilio was too busy. Try again in a minute.", remedy: "again" },
  21211: { words: wrongNumber, remedy: null },
  21408: {
    words: "Your Twilio account may not send to this country.",
    remedy: {
      label: "Open geo permissions",
      href: "https://console.twilio.com/us1/develop/sms/settings/geo-permissions",
    },
  },
  21608: {
    words: "A trial account only reaches numbers that were verified at Twilio.",
    remedy: {
      label: "Verify the number at Twilio",
      href: "https://console.twilio.com/us1/develop/phone-numbers/manage/verified",
    },
  },
  21610: { words: optedOut, remedy: null },
  21614: { words: wrongNumber, remedy: null },
  63001: { words: "WhatsApp did not accept this sender. It may be offline.", remedy: senders },
  63003: { words: wrongNumber, remedy: null },
  63005: { words: "WhatsApp did not accept this content. Write it more simply.", remedy: "again" },
  63007: { words: "This account has no such sender any more.", remedy: senders },
  63010: { words: fault, remedy: "again" },
  63012: { words: fault, remedy: "again" },
  63013: { words: "WhatsApp refused it under its policy. Word it differently.", remedy: null },
  63015: {
    words: "The sandbox only reaches people who joined it. Ask them to send the join code, then send again.",
    remedy: "again",
  },
  63016: {
    words: "The 24 hours for free replies were over. Only a template reaches them.",
    remedy: templates,
  },
  63018: { words: "This sender sent too much at once. Try again in a few minutes.", remedy: "again" },
  63021: { words: "WhatsApp found the content invalid.", remedy: "again" },
  63024: { words: wrongNumber, remedy: null },
  63032: {
    words: "WhatsApp chose not to deliver it to this person for now. Try again later.",
    remedy: "again",
  },
  63033: { words: "This person blocked your number. Wait until they write again.", remedy: null },
  63038: { words: "Your account has sent all it may today. Try again tomorrow.", remedy: "again" },
  63040: { words: "WhatsApp rejected this template.", remedy: templates },
  63041: { words: "This template is paused.", remedy: templates },
  63042: { words: "This template is disabled.", remedy: templates },
  63049: { words: "WhatsApp limits how much this person gets. Try again tomorrow.", remedy: "again" },
  63051: { words: "Your WhatsApp Business account is locked.", remedy: manager },
};

const failed = new Set(["failed", "undelivered", "canceled"]);
const hasFailed = (status: string) => failed.has(status);

/** What went wrong in plain words; null when nothing did. */
export function failureOf({ status, errorCode, problem }: Message): Failure | null {
  if (!hasFailed(status)) return null;
  const known = errorCode === null ? undefined : failures[errorCode];
  if (known) return known;
  const words = status === "undelivered" ? "WhatsApp did not deliver it." : "It was not sent.";
  return { words: problem ?? words, remedy: "again" };
}

export const pageOfCode = (code: number | string) => `https://www.twilio.com/docs/api/errors/${code}`;
