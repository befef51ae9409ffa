import type { ConversationListItem, ThreadMessage } from "../queries.ts";
import { stripWhatsAppFormatting } from "./whatsapp-text.tsx";

const words: Record<ThreadMessage["kind"], string> = {
  unknown: "Message of an unknown kind",
  text: "Message",
  image: "Photo",
  audio: "Voice message",
  video: "Video",
  document: "Document",
  sticker: "Sticker",
  location: "Location",
  contacts: "Contact card",
  button: "Button",
  list: "Choice from a list",
  flow: "Answered form",
  reaction: "Reaction",
  order: "Order",
  call: "Call",
};

/** Their line says it all; in front of others the kind is told. */
const speaksForItself = new Set<ThreadMessage["kind"]>([
  "unknown",
  "text",
  "button",
  "list",
  "reaction",
  "call",
]);

export const messageKindLabel = (kind: ThreadMessage["kind"]) => words[kind];

/** The last line of a conversation. */
export function lastMessagePreview({ preview, kind }: ConversationListItem["lastMessage"]): string {
  const line = stripWhatsAppFormatting(preview);
  if (line === "") return words[kind];
  return speaksForItself.has(kind) || line.startsWith(words[kind]) ? line : `${words[kind]}: ${line}`;
}
