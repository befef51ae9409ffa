import type { SenderWebhook } from "@waystation/db/schema";
import { DomainError } from "../errors.ts";
import type { Inspection } from "./inspect.ts";

export interface ChosenSender {
  sender: string;
  senderSid: string | null;
  poolSenders: string[];
  status: string | null;
  qualityRating: string | null;
  messagingLimit: string | null;
  webhook: SenderWebhook;
  /** Something to tell about it that does not stand in the way. */
  caution: { reason: string; message: string } | null;
}

/** Twilio's shared test number; its senders API does not list it. */
export const SANDBOX = "whatsapp:+14155238886";

const noWebhook: SenderWebhook = {
  callbackUrl: null,
  callbackMethod: null,
  fallbackUrl: null,
  fallbackMethod: null,
  statusCallbackUrl: null,
  statusCallbackMethod: null,
};

/** Finds what the admin wants to connect among what the account has; refuses what cannot receive messages. */
export function chooseSender(found: Inspection, wanted: string): ChosenSender {
  const text = wanted.trim();
  if (/^MG[0-9a-f]{32}$/i.test(text)) return chooseService(found, text);
  if (!/^whatsapp:\+[1-9]\d{6,14}$/.test(text))
    throw new DomainError(
      "sender_format",
      "Choose a sender: a WhatsApp number (whatsapp:+ and digits) or a Messaging Service (MG and 32 characters).",
      { field: "sender" },
    );
  const sender = found.senders.find((candidate) => candidate.address === text);
  if (!sender && text === SANDBOX)
    return {
      sender: text,
      senderSid: null,
      poolSenders: [],
      status: null,
      qualityRating: null,
      messagingLimit: null,
      webhook: noWebhook,
      caution: null,
    };
  if (!sender)
    throw new DomainError(
      "sender_not_found",
      "This account has no such WhatsApp sender. Choose one of its senders, or register the number in Twilio's console first.",
      { field: "sender" },
    );
  if (!sender.status.startsWith("ONLINE"))
    throw new DomainError(
      "sender_offline",
      `This sender is ${sender.status.toLowerCase().replaceAll("_", " ")} at Twilio and cannot receive messages. ${
        sender.offlineReasons[0]?.message ?? "Open it in Twilio's console to see why."
      }`,
      { field: "sender", detail: { offlineReasons: sender.offlineReasons } },
    );
  const service = found.services.find(
    (candidate) => !candidate.useInboundWebhookOnNumber && candidate.senders.includes(sender.address),
  );
  return {
    sender: sender.address,
    senderSid: sender.sid,
    poolSenders: [],
    status: sender.status,
    qualityRating: sender.qualityRating,
    messagingLimit: sender.messagingLimit,
    webhook: sender.webhook,
    caution: service
      ? {
          reason: "sender_in_service",
          message: `This sender belongs to the Messaging Service “${service.name}”, and Twilio sends its messages to the service's URL. Connect the service instead, or let it “defer to sender's webhook” in Twilio's console.`,
        }
      : null,
  };
}

function chooseService(found: Inspection, sid: string): ChosenSender {
  const service = found.services.find((candidate) => candidate.sid.toLowerCase() === sid.toLowerCase());
  if (!service)
    throw new DomainError(
      "sender_not_found",
      "This account has no such Messaging Service. Choose one of its services.",
      {
        field: "sender",
      },
    );
  const members = found.senders.filter((sender) => service.senders.includes(sender.address));
  if (service.senders.length === 0)
    throw new DomainError(
      "sender_not_found",
      `The Messaging Service “${service.name}” has no WhatsApp sender. Add one to its sender pool in Twilio's console.`,
      { field: "sender" },
    );
  if (members.length > 0 && !members.some((sender) => sender.status.startsWith("ONLINE")))
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
