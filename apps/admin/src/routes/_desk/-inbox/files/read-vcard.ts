import { visibleText } from "../../../../ui/visible-text.ts";

interface VCard {
  name: string;
  organization: string | null;
  phones: string[];
  emails: string[];
}

/** Who is on a contact card, or on several in one file. Reads versions 2.1 to 4.0 as far as people care. */
export function readVCards(text: string): VCard[] {
  const cards: VCard[] = [];
  let card: (VCard & { parts: string }) | null = null;
  for (const { name, value } of lines(text)) {
    if (name === "BEGIN") card = { name: "", parts: "", organization: null, phones: [], emails: [] };
    else if (!card) continue;
    else if (name === "FN") card.name = plain(value);
    else if (name === "N") card.parts = fields(value).slice(0, 2).toReversed().filter(Boolean).join(" ");
    else if (name === "ORG") card.organization = fields(value).filter(Boolean).join(", ") || null;
    else if (name === "TEL") card.phones.push(plain(value).replace(/^tel:/i, ""));
    else if (name === "EMAIL") card.emails.push(plain(value));
    else if (name === "END") {
      const { parts, ...rest } = card;
      cards.push({ ...rest, name: card.name || parts || card.organization || "No name" });
      card = null;
    }
  }
  return cards;
}

function* lines(text: string) {
  // A long line goes on in the next one, after a blank (3.0 and 4.0) or an equals sign (2.1).
  const whole = text.replace(/\r\n?/g, "\n").replace(/\n[ \t]/g, "");
  const source = whole.split("\n");
  for (let at = 0; at < source.length; at++) {
    const line = source[at] ?? "";
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const [first = "", ...parameters] = line.slice(0, colon).split(";");
    const name = first.replace(/^.*\./, "").toUpperCase();
    let value = line.slice(colon + 1);
    if (parameters.some((one) => /QUOTED-PRINTABLE/i.test(one))) {
      while (value.endsWith("=") && at + 1 < source.length) value = value.slice(0, -1) + source[++at];
      value = unquote(value);
    }
    yield { name, value };
  }
}

function unquote(value: string): string {
  const bytes = value.replace(/%/g, "%25").replace(/=([0-9a-f]{2})/gi, "%$1");
  try {
    return decodeURIComponent(bytes);
  } catch {
    return value;
  }
}

const plain = (value: string) =>
  visibleText(value)
    .replace(/\\n/gi, "\n")
    .replace(/\\([\\,;:])/g, "$1")
    .trim();

const fields = (value: string) => value.split(/(?<!\\);/).map(plain);
