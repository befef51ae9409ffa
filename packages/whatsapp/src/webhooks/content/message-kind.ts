import { isBlank } from "@waystation/core/text";
import { kindOfInteractiveData } from "./interactive-data.ts";

/** The kinds of messages, by the number in `messages.kind`. Never renumber: the numbers are in the database. */
export const MESSAGE_KINDS = [
  "unknown",
  "text",
  "image",
  "audio",
  "video",
  "document",
  "sticker",
  "location",
  "contacts",
  "button",
  "list",
  "flow",
  "reaction",
  "order",
  "call",
] as const;

export type MessageKind = (typeof MESSAGE_KINDS)[number];

export const PREVIEW_LENGTH = 120;

/** Twilio's name for the customer's response to a request for permission to call. */
const CALL_REQUEST = "VOICE_CALL_REQUEST";

/** Twilio message types that describe how a message was made. The kind follows from its other parameters. */
const ENVELOPES = new Set(["text", "interactive", "template", "whatsapp", "sms", "mms", "media"]);
/** Other names for the kinds above. */
const SYNONYMS: Record<string, MessageKind> = {
  photo: "image",
  picture: "image",
  voice: "audio",
  ptt: "audio",
  gif: "video",
  file: "document",
  contact: "contacts",
  vcard: "contacts",
  live_location: "location",
  orders: "order",
  cart: "order",
  voice_call: "call",
  video_call: "call",
  call_permission_reply: "call",
  nfm_reply: "flow",
  list_reply: "list",
  button_reply: "button",
};

type First = (name: string) => string | null;

/** Uses Twilio's MessageType where it names a kind. Older payloads have none; their kind follows from the other parameters. */
export function kindOfMessage(first: First): MessageKind {
  const type = first("MessageType")?.trim().toLowerCase() ?? null;
  const named = type === null ? undefined : kindOfType(type);
  if (named === "reaction" || named === "order" || named === "call") return named;
  if (isCallAnswer(first)) return "call";
  const interactive = first("FlowData") ?? first("InteractiveData");
  if (interactive !== null) return kindOfInteractiveData(interactive);
  if (first("ListId") ?? first("ListTitle") ?? first("ListDescription")) return "list";
  if (first("ButtonPayload") ?? first("ButtonText")) return "button";
  if (first("Latitude") ?? first("Longitude")) return "location";
  const media = first("MediaContentType0") ?? (first("MediaUrl0") === null ? null : "");
  if (media !== null) return kindOfMedia(media, named);
  if (named) return named;
  if (type === null || type === "text") return "text";
  return first("Body") !== null && ENVELOPES.has(type) ? "text" : "unknown";
}

/** Whether the message is a response to a request to call: one of its two buttons was pressed. */
export function isCallAnswer(first: First): boolean {
  return first("ButtonText") === CALL_REQUEST || first("Body") === CALL_REQUEST;
}

function kindOfType(type: string): MessageKind | undefined {
  if (type === "unknown" || type === "text") return undefined;
  return MESSAGE_KINDS.find((kind) => kind === type) ?? SYNONYMS[type];
}

function kindOfMedia(contentType: string, named: MessageKind | undefined): MessageKind {
  if (named === "sticker" || named === "contacts") return named;
  const [group, format] = contentType.toLowerCase().split(/[/;]/);
  if (group === "text" && (format === "vcard" || format === "x-vcard" || format === "directory"))
    return "contacts";
  if (group === "image" || group === "audio" || group === "video") return group;
  return isBlank(contentType) && named ? named : "document";
}
