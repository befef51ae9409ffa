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
};

export const kindWord = (kind: Message["kind"]) => words[kind];

export const nameOfContact = (contact: Conversation["contact"], address: string) => contact.name || address;

/** The last line of a conversation. */
export function lastLine({ preview, kind }: Conversation["lastMessage"]): string {
  const line = preview && unformatted(preview);
  if (kind === "text" || kind === "button" || kind === "list") return line || words[kind];
  return line ? `${words[kind]}: ${line}` : words[kind];
}
