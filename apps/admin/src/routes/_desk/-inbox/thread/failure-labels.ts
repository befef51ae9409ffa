import type { ThreadMessage } from "../queries.ts";

const twilio = "https://console.twilio.com/us1";
export const TWILIO_TEMPLATES_URL = `${twilio}/develop/sms/content-template-builder`;

interface Link {
  label: string;
  href: string;
}

export interface FailureLabel {
  words: string;
  /**
   * The one thing to do about it: write it again, look at the connection, try the number, or a page of somebody else's.
   * Null where there is nothing to do but to wait.
   */
  remedy: "again" | "connection" | "number" | Link | null;
  /** Once that is done, the same words may go out again. */
  thenAgain?: true;
}

const sender: Link = {
  label: "Open senders at Twilio",
  href: `${twilio}/develop/sms/senders/whatsapp-senders`,
};
const templates: Link = { label: "Open templates at Twilio", href: TWILIO_TEMPLATES_URL };
const services: Link = { label: "Open services at Twilio", href: `${twilio}/develop/sms/services` };
const support: Link = { label: "Ask Twilio's support", href: "https://help.twilio.com" };
const manager: Link = { label: "Open WhatsApp Manager", href: "https://business.facebook.com/wa/manage/" };

const wrongNumber: FailureLabel = {
  words: "WhatsApp reaches nobody at this number. Check it with the customer.",
  remedy: "number",
};
const fault: FailureLabel = {
  words: "Twilio or WhatsApp had a fault of their own. Try again in a few minutes.",
  remedy: "again",
};
const optedOut: FailureLabel = {
  words: "This person asked not to be written to. Wait until they write again.",
  remedy: null,
};
const credentials: FailureLabel = {
  words: "Twilio did not accept this connection's credentials.",
  remedy: "connection",
  thenAgain: true,
};
const noSender: FailureLabel = {
  words: "This Twilio account has no such sender any more. Check the connection.",
  remedy: "connection",
  thenAgain: true,
};
const template: FailureLabel = {
  words: "The template and its values do not fit. Check it at Twilio.",
  remedy: templates,
};
const notTaken: FailureLabel = {
  words: "Twilio could not make sense of this message. Write it anew, more simply.",
  remedy: "again",
};
const mediaLost: FailureLabel = {
  words:
    "Twilio could not fetch the file. Check that this server can be reached from outside, then send it again.",
  remedy: "again",
};

/** What Twilio refuses, and what becomes of a message later, by Twilio's code. */
export const failureLabels: Record<number, FailureLabel> = {
  11200: mediaLost,
  12300: { words: "WhatsApp does not take files of this kind. Send it in another format.", remedy: "again" },
  20003: credentials,
  20005: {
    words: "Your Twilio account is suspended or closed. Its page at Twilio says why.",
    remedy: { label: "Open the account at Twilio", href: twilio },
    thenAgain: true,
  },
  20403: { words: "These credentials may not send messages.", remedy: "connection", thenAgain: true },
  20404: { words: "Twilio does not know this account any more.", remedy: "connection", thenAgain: true },
  20422: notTaken,
  20429: { words: "Twilio was too busy. Try again in a minute.", remedy: "again" },
  21211: wrongNumber,
  21212: noSender,
  21408: {
    words: "Your Twilio account may not send to this country.",
    remedy: { label: "Open geo permissions", href: `${twilio}/develop/sms/settings/geo-permissions` },
  },
  21602: { words: "Twilio found nothing to send in it. Write it anew.", remedy: "again" },
  21603: noSender,
  21604: wrongNumber,
  21606: noSender,
  21608: {
    words: "A trial account only reaches numbers that were verified at Twilio.",
    remedy: { label: "Verify the number at Twilio", href: `${twilio}/develop/phone-numbers/manage/verified` },
  },
  21609: {
    words:
      "Twilio does not accept this server's address for its reports. PUBLIC_URL must be a name that Twilio can reach.",
    remedy: "connection",
  },
  21610: optedOut,
  21614: wrongNumber,
  21617: {
    words: "It was longer than the 1,600 characters WhatsApp takes. Send it in parts.",
    remedy: "again",
  },
  21620: mediaLost,
  21654: { words: "Only a template may be sent here.", remedy: templates },
  21655: { words: "Twilio does not know this template.", remedy: templates },
  21656: template,
  21658: { words: "One of the template's values is too long.", remedy: templates },
  21701: { words: "Twilio does not know this Messaging Service any more.", remedy: services },
  21703: { words: "This Messaging Service has no sender that could send it.", remedy: services },
  21704: { words: "This Messaging Service has no senders.", remedy: services },
  21910: noSender,
  63001: {
    words: "WhatsApp did not accept this sender. It may be offline.",
    remedy: sender,
    thenAgain: true,
  },
  63003: wrongNumber,
  63005: { words: "WhatsApp did not accept this content. Write it more simply.", remedy: "again" },
  63007: noSender,
  63010: fault,
  63012: fault,
  63013: {
    words: "WhatsApp refused it under its policy. Word it differently.",
    remedy: { label: "Read WhatsApp's policy", href: "https://business.whatsapp.com/policy" },
  },
  63015: {
    words:
      "The sandbox only reaches people who have joined it. Ask them to send its join code, then send this again.",
    remedy: {
      label: "Find the join code at Twilio",
      href: `${twilio}/develop/sms/try-it-out/whatsapp-learn`,
    },
  },
  63016: {
    words: "The 24 hours for free replies were over. Only a template reaches them.",
    remedy: templates,
  },
  63018: { words: "This sender sent too much at once. Try again in a few minutes.", remedy: "again" },
  63019: mediaLost,
  63020: {
    words: "Twilio's invitation to your WhatsApp Business account was not accepted yet.",
    remedy: manager,
    thenAgain: true,
  },
  63021: { words: "WhatsApp found the content invalid. Write it more simply.", remedy: "again" },
  63024: wrongNumber,
  63027: { words: "This template does not exist in this language.", remedy: templates },
  63028: { words: "The template needs another number of values.", remedy: templates },
  63030: {
    words: "WhatsApp does not support a part of this content. Write it more simply.",
    remedy: "again",
  },
  63032: {
    words: "WhatsApp chose not to deliver it to this person for now. Try again tomorrow.",
    remedy: "again",
  },
  63033: { words: "This person blocked your number. Wait until they write again.", remedy: null },
  63034: {
    words:
      "The file is too large: WhatsApp takes pictures of 5 MB and other files of 16 MB. Send a smaller one.",
    remedy: "again",
  },
  63038: { words: "Your account has sent all it may today. Try again tomorrow.", remedy: "again" },
  63040: { words: "WhatsApp rejected this template.", remedy: templates },
  63041: { words: "WhatsApp paused this template.", remedy: templates },
  63042: { words: "WhatsApp disabled this template.", remedy: templates },
  63049: { words: "WhatsApp limits how much this person gets. Try again tomorrow.", remedy: "again" },
  63051: { words: "Your WhatsApp Business account is locked.", remedy: manager, thenAgain: true },
  63062: {
    words: "The terms of WhatsApp's marketing messages were not accepted yet.",
    remedy: manager,
    thenAgain: true,
  },
  70051: {
    words: "The API key may not send messages. Give it the permission at Twilio.",
    remedy: "connection",
    thenAgain: true,
  },
  30001: { words: "Too much was waiting at Twilio. Try again in a few minutes.", remedy: "again" },
  30002: { words: "Your Twilio account was suspended meanwhile.", remedy: support },
};

const failed = new Set(["failed", "undelivered", "canceled"]);

/** What went wrong in plain words; null when nothing did. */
export function failureLabelOf({
  status,
  errorCode,
  problem,
}: Pick<ThreadMessage, "status" | "errorCode" | "problem">): FailureLabel | null {
  if (!failed.has(status)) return null;
  const known = errorCode === null ? undefined : failureLabels[errorCode];
  if (known) return known;
  const words = problem ?? (status === "undelivered" ? "WhatsApp did not deliver it." : "It was not sent.");
  if (errorCode === null) return { words, remedy: "again" };
  return { words, remedy: { label: "See what Twilio says of it", href: twilioErrorUrl(errorCode) } };
}

export const twilioErrorUrl = (code: number | string) => `https://www.twilio.com/docs/api/errors/${code}`;

/** Where one sees by oneself whether WhatsApp knows a number; null for an address that is none. */
export function whatsappChatUrl(address: string): string | null {
  const digits = /^whatsapp:\+(\d{6,15})$/.exec(address)?.[1];
  return digits ? `https://wa.me/${digits}` : null;
}
