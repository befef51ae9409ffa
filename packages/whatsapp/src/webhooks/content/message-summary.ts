import { isBlank, withoutOverrides } from "@waystation/core/text";
import { readInteractiveFields } from "./interactive-data.ts";
import type { MessageKind } from "./message-kind.ts";
import { readCallPermission, readChoice, readLocation, readReaction } from "./message-parts.ts";

type First = (name: string) => string | null;

/** Labels for messages without text, by kind. */
const LABELS: Record<MessageKind, string> = {
  unknown: "Message of an unknown kind",
  text: "Message without text",
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

/** Kinds whose text needs no label before it. */
const SPEAKS_FOR_ITSELF = new Set<MessageKind>(["text", "button", "list", "reaction", "call"]);
const MAX_TYPE = 64;

interface MessageSummary {
  label: string;
  /** The message's own text; null if it has none. */
  words: string | null;
}

/** A message in one line, for lists, notifications and API clients. */
function summarizeMessage(kind: MessageKind, first: First): MessageSummary {
  const label = labelOf(kind, first);
  const words = wordsOf(kind, first);
  return { label, words: isBlank(words) ? null : withoutOverrides(words ?? "") };
}

/** The preview in the conversation list, never empty. The console shows the kind before it. */
export function previewOf(kind: MessageKind, first: First): string {
  const { label, words } = summarizeMessage(kind, first);
  if (kind === "unknown" && words !== null) return `${label}: ${words}`;
  return words ?? label;
}

/** A full sentence with the label where the text needs one. */
export function summarySentenceOf(kind: MessageKind, first: First): string {
  const { label, words } = summarizeMessage(kind, first);
  if (words === null) return label;
  return SPEAKS_FOR_ITSELF.has(kind) ? words : `${label}: ${words}`;
}

/** For a message of which only the kind and the text are known. */
export function textSentenceOf(kind: MessageKind, body: string | null): string {
  return summarySentenceOf(kind, (name) => (name === "Body" ? body : null));
}

/** For previews stored by older versions and for outgoing files. Never empty. */
export function previewOfStored(kind: MessageKind, preview: string | null): string {
  return isBlank(preview) ? LABELS[kind] : withoutOverrides(preview ?? "");
}

function labelOf(kind: MessageKind, first: First): string {
  if (kind === "unknown") {
    const type = withoutOverrides(first("MessageType") ?? "")
      .slice(0, MAX_TYPE)
      .toWellFormed();
    return isBlank(type) ? LABELS.unknown : `Message of kind “${type}”`;
  }
  if (kind === "text" && hasReferral(first)) return "Message from an advertisement";
  if (kind === "location" && /live/i.test(first("MessageType") ?? "")) return "Live location";
  return LABELS[kind];
}

function hasReferral(first: First): boolean {
  return (first("ReferralSourceId") ?? first("ReferralCtwaClid") ?? first("ReferralSourceUrl")) !== null;
}

function wordsOf(kind: MessageKind, first: First): string | null {
  const body = first("Body");
  switch (kind) {
    case "reaction": {
      const { emoji } = readReaction(first);
      return emoji === null ? "Removed a reaction" : `Reacted with ${emoji}`;
    }
    case "call":
      return readCallPermission(first)?.sentence ?? body;
    case "location": {
      const location = readLocation(first);
      return (
        [body, location?.address, location?.label, location?.text].find((text) => !isBlank(text)) ?? null
      );
    }
    case "button":
    case "list":
      return isBlank(body) ? (readChoice(first)?.title ?? null) : body;
    case "flow":
    case "order": {
      const fields = readInteractiveFields(first("FlowData"), first("InteractiveData"));
      const words = fields.map(({ name, value }) => `${name}: ${value}`).join("; ");
      return isBlank(body) ? words || null : body;
    }
    default:
      return body;
  }
}
