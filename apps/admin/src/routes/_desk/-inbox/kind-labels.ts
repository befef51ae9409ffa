import { unformatted } from "./formatted-text.tsx";
import type { Conversation, Message } from "./queries.ts";

const words: Record<Message["kind"], string> = {
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
const speaksForItself = new Set<Message["kind"]>(["unknown", "text", "button", "list", "reaction", "call"]);

export const kindWord = (kind: Message["kind"]) => words[kind];

/** The last line of a conversation. */
export function lastLine({ preview, kind }: Conversation["lastMessage"]): string {
  const line = unformatted(preview);
  if (line === "") return words[kind];
  return speaksForItself.has(kind) || line.startsWith(words[kind]) ? line : `${words[kind]}: ${line}`;
}
