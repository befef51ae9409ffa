import { MAX_MESSAGE_LENGTH } from "@waystation/whatsapp/inbox/inputs";

/** Cuts a long text into messages that WhatsApp takes: at a paragraph, a line or a word, never inside a character. */
export function splitTextIntoMessages(text: string, most = MAX_MESSAGE_LENGTH): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > most) {
    const at = placeToCut(rest, most);
    const part = rest.slice(0, at).trimEnd();
    if (part !== "") parts.push(part);
    rest = rest.slice(at).trimStart();
  }
  if (rest !== "") parts.push(rest);
  return parts;
}

function placeToCut(text: string, most: number): number {
  const head = text.slice(0, most + 1);
  for (const gap of ["\n\n", "\n", " "]) {
    const at = head.lastIndexOf(gap);
    if (at > most / 2) return at;
  }
  const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text);
  return characters.containing(most)?.index || most;
}
