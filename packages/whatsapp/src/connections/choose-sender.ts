import { DomainError } from "@waystation/core/errors";
import type { SenderWebhook } from "@waystation/db/schema/schema";
import type { TwilioSender } from "../twilio/senders.ts";
import type { UncheckedParts } from "./health/unchecked-parts.ts";
import type { AccountInspection } from "./inspect-account.ts";

export interface ChosenSender {
  sender: string;
  senderSid: string | null;
  /** Null where Twilio returned none. */
  poolSenders: string[] | null;
  status: string | null;
  qualityRating: string | null;
  messagingLimit: string | null;
  /** Null where Twilio returned none. */
  webhook: SenderWebhook | null;
  /** A warning that does not prevent the connection. */
  caution: { reason: string; message: string } | null;
}

/** Twilio's shared test number. The senders API does not list it. */
export const SANDBOX_NUMBER = "whatsapp:+14155238886";

/** A sender in one of these states cannot receive messages. Unlisted states are accepted. */
const NOT_RECEIVING = new Set([
  "CREATING",
  "OFFLINE",
  "PENDING_VERIFICATION",
  "VERIFYING",
  "TWILIO_REVIEW",
  "DRAFT",
  "STUBBED",
]);

export function isSenderOffline(status: string | null): boolean {
  return status !== null && NOT_RECEIVING.has(status.toUpperCase());
}

/** Finds the sender to connect in the account. Throws if it cannot receive messages. */
export function chooseSender(found: AccountInspection, wanted: string): ChosenSender {
  const text = wanted.trim();
  if (/^MG[0-9a-f]{32}$/i.test(text)) return chooseService(found, text);
  if (!/^whatsapp:\+[1-9]\d{6,14}$/.test(text))
    throw new DomainError(
      "sender_format",
      "Choose a sender: a WhatsApp number (whatsapp:+ and digits) or a Messaging Service (MG and 32 characters).",
      { field: "sender" },
    );
  const sender = found.senders.find((candidate) => candidate.address === text);
  if (!sender && text === SANDBOX_NUMBER) return unlisted(text, null);
  if (!sender && isUnchecked(found, "senders"))
    return unlisted(text, {
      reason: "sender_unchecked",
      message: `Twilio did not list ${text.slice("whatsapp:".length)}, and its list of senders could not be read whole: whether this account has the sender is not checked. The first message will prove it.`,
    });
  if (!sender)
    throw new DomainError(
      "sender_not_found",
      "This account has no such WhatsApp sender. Choose one of its senders, or register the number in Twilio's console first.",
      { field: "sender" },
    );
  if (isSenderOffline(sender.status))
    throw new DomainError(
      "sender_offline",
      `This sender is ${sender.status?.toLowerCase().replaceAll("_", " ")} at Twilio and cannot receive messages. ${
        sender.offlineReasons[0]?.message || "Open it in Twilio's console to see why."
      }`,
      { field: "sender", detail: { offlineReasons: sender.offlineReasons } },
    );
  return {
    sender: sender.address,
    senderSid: sender.sid,
    poolSenders: [],
    status: sender.status,
    qualityRating: sender.qualityRating,
    messagingLimit: sender.messagingLimit,
    webhook: sender.webhook,
    caution: cautionOf(found, sender),
  };
}

function unlisted(sender: string, caution: ChosenSender["caution"]): ChosenSender {
  return {
    sender,
    senderSid: null,
    poolSenders: sender.startsWith("MG") ? null : [],
    status: null,
    qualityRating: null,
    messagingLimit: null,
    webhook: null,
    caution,
  };
}

function isUnchecked(found: AccountInspection, what: UncheckedParts["what"]): boolean {
  return found.unchecked.some((one) => one.what === what);
}

function cautionOf(found: AccountInspection, sender: TwilioSender): ChosenSender["caution"] {
  const service = found.services.find(
    (candidate) => !candidate.useInboundWebhookOnNumber && candidate.senders?.includes(sender.address),
  );
  if (service)
    return {
      reason: "sender_in_service",
      message: `This sender belongs to the Messaging Service “${service.name}”, and Twilio sends its messages to the service's URL. Connect the service instead, or let it “defer to sender's webhook” in Twilio's console.`,
    };
  if (sender.status === null)
    return {
      reason: "sender_unchecked",
      message:
        "Twilio's response does not say whether this sender is online. The first message will prove it.",
    };
  if (!sender.status.startsWith("ONLINE"))
    return {
      reason: "sender_unchecked",
      message: `Twilio says that this sender is “${sender.status}”, which this version of Waystation does not know. The first message will prove that it works.`,
    };
  return null;
}

function chooseService(found: AccountInspection, sid: string): ChosenSender {
  const service = found.services.find((candidate) => candidate.sid.toLowerCase() === sid.toLowerCase());
  if (!service && isUnchecked(found, "services"))
    return unlisted(`MG${sid.slice(2)}`, {
      reason: "sender_unchecked",
      message:
        "Twilio did not list this Messaging Service, and it could not be read by its SID: whether this account has it is not checked. The first message will prove it.",
    });
  if (!service)
    throw new DomainError(
      "sender_not_found",
      "This account has no such Messaging Service. Choose one of its services.",
      {
        field: "sender",
      },
    );
  const members = found.senders.filter((sender) => service.senders?.includes(sender.address));
  if (service.senders?.length === 0)
    throw new DomainError(
      "sender_not_found",
      `The Messaging Service “${service.name}” has no WhatsApp sender. Add one to its sender pool in Twilio's console.`,
      { field: "sender" },
    );
  if (members.length > 0 && members.every((sender) => isSenderOffline(sender.status)))
    throw new DomainError(
      "sender_offline",
      `No WhatsApp sender of the Messaging Service “${service.name}” is online. Open its sender pool in Twilio's console.`,
      { field: "sender" },
    );
  return {
    sender: service.sid,
    senderSid: null,
    poolSenders: service.senders,
    status: null,
    qualityRating: null,
    messagingLimit: null,
    webhook: service.webhook,
    caution: service.useInboundWebhookOnNumber
      ? {
          reason: "service_defers",
          message: `The Messaging Service “${service.name}” defers to each sender's own webhook, so its URL is not called. Switch that off in Twilio's console, or connect the senders one by one.`,
        }
      : null,
  };
}
