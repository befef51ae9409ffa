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
] as const;

export type MessageKind = (typeof MESSAGE_KINDS)[number];

export const PREVIEW_LENGTH = 120;

/** Twilio's MessageType where it says one; older payloads show it only by what they carry. */
export function kindOfMessage(first: (name: string) => string | null): MessageKind {
  if (first("FlowData") ?? first("InteractiveData")) return "flow";
  if (first("ListId")) return "list";
  if (first("ButtonPayload") ?? first("ButtonText")) return "button";
  if (first("Latitude") && first("Longitude")) return "location";
  const media = first("MediaContentType0");
  if (media) return kindOfMedia(media, first("MessageType"));
  const type = first("MessageType");
  if (type === null) return first("Body") === null ? "unknown" : "text";
  const known = MESSAGE_KINDS.find((kind) => kind === type);
  return known ?? (first("Body") === null ? "unknown" : "text");
}

function kindOfMedia(contentType: string, messageType: string | null): MessageKind {
  if (messageType === "sticker" || messageType === "contacts") return messageType;
  const [group, format] = contentType.toLowerCase().split(/[/;]/);
  if (group === "text" && (format === "vcard" || format === "x-vcard" || format === "directory"))
    return "contacts";
  if (group === "image" || group === "audio" || group === "video") return group;
  return "document";
}
