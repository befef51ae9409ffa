import { unreadableReason } from "../../twilio/failure.ts";
import type { TwilioListing } from "../../twilio/senders.ts";

/** A part of the account that Twilio did not return. It does not prevent the connection. */
export interface UncheckedParts {
  what: "account" | "messages" | "senders" | "services" | "service_senders";
  reason: string;
  /** The part that could not be checked, the reason, and the action to take. */
  message: string;
}

const LISTS = {
  senders: {
    name: "WhatsApp senders",
    unnamed: "an address",
    cure: "You can type a sender that is not in the list.",
  },
  services: {
    name: "Messaging Services",
    unnamed: "a SID",
    cure: "You can type the SID of a service that is not in the list.",
  },
} as const;

export function uncheckedList(what: keyof typeof LISTS, error: unknown): UncheckedParts {
  const { reason, why } = unreadableReason(error);
  const { name, cure } = LISTS[what];
  return { what, reason, message: `The list of ${name} could not be read: ${why}. ${cure}` };
}

/** The missing parts of a list that was read. */
export function uncheckedParts(what: keyof typeof LISTS, list: TwilioListing<unknown>): UncheckedParts[] {
  const { name, unnamed, cure } = LISTS[what];
  const parts: UncheckedParts[] = [];
  if (list.failure !== null) {
    const { reason, why } = unreadableReason(list.failure);
    const message = `Only the first ${list.items.length} ${name} could be read: ${why}. ${cure}`;
    parts.push({ what, reason, message });
  }
  if (list.unnamed > 0)
    parts.push({
      what,
      reason: "twilio_unexpected",
      message: `${list.unnamed} of the ${name} could not be shown: Twilio's response does not give ${list.unnamed === 1 ? "it" : "them"} ${unnamed}. ${cure}`,
    });
  return parts;
}

export function uncheckedSenderPool(name: string, error: unknown): UncheckedParts {
  const { reason, why } = unreadableReason(error);
  return {
    what: "service_senders",
    reason,
    message: `The senders of the Messaging Service “${name}” could not be read: ${why}.`,
  };
}

export function uncheckedMessageList(error: unknown): UncheckedParts {
  const { reason, why } = unreadableReason(error);
  return {
    what: "messages",
    reason,
    message: `Whether this API key may use messages could not be checked: ${why}.`,
  };
}

export function uncheckedAccount(account: {
  name: string | null;
  status: string | null;
  type: string | null;
  ownerSid: string | null;
}): UncheckedParts[] {
  const missing = [
    account.name === null ? "name" : null,
    account.status === null ? "status" : null,
    account.type === null ? "type" : null,
    account.ownerSid === null ? "owner" : null,
  ].filter((field) => field !== null);
  if (missing.length === 0) return [];
  const last = missing.at(-1);
  const fields = missing.length === 1 ? last : `${missing.slice(0, -1).join(", ")} and ${last}`;
  return [
    {
      what: "account",
      reason: "twilio_unexpected",
      message: `Twilio's response does not say the account's ${fields}.`,
    },
  ];
}
