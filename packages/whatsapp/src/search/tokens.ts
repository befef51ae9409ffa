import { foldText } from "./fold.ts";

/** A word, a symbol (emoji, €, %), or a run of a script without spaces between words. */
export interface SearchToken {
  text: string;
  kind: "word" | "symbol" | "run";
  /** The position in the folded text. */
  start: number;
}

/** Includes Korean: it has spaces, but its words are compounds. */
const UNSPACED =
  "[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Bopomofo}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}\\p{scx=Javanese}\\p{scx=Balinese}\\p{scx=Tai_Le}\\p{scx=New_Tai_Lue}\\p{scx=Tai_Tham}\\p{scx=Tai_Viet}\\p{scx=Yi}]";
const LETTER = "[\\p{L}\\p{N}\\p{M}]";
/** Words are cut after 100 letters: Postgres accepts no more than 2 kB. */
const TOKEN = new RegExp(
  `(?<run>[${UNSPACED}&&${LETTER}]+)|(?<word>[${LETTER}--[${UNSPACED}--[\\p{M}\\p{N}]]]{1,100})|(?<symbol>[[\\p{S}--\\p{Sk}]%‰&@#§])`,
  "gv",
);

export function searchTokensOf(folded: string): SearchToken[] {
  return [...folded.matchAll(TOKEN)].map(({ 0: text, index, groups }) => ({
    text,
    kind: groups?.run !== undefined ? "run" : groups?.symbol !== undefined ? "symbol" : "word",
    start: index,
  }));
}

/** Adjacent pairs of characters, by which a run is found: 日本 and 本語 for 日本語. */
export function characterPairsOf(run: string): string[] {
  const letters = [...run];
  return letters.slice(1).map((letter, place) => `${letters[place]}${letter}`);
}

/** Telephone numbers in folded text. The length is bounded, because a page of digits would be read repeatedly. */
const PHONE = /(?<![\p{L}\p{N}])\+?\(?\d[\d ()./\-\t]{4,28}\d(?![\p{L}\p{N}])/gu;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 17;

interface PhoneNumberToken {
  start: number;
  end: number;
  digits: string;
}

/** The digits are the same in every notation: without the national (0) and international (00) dialling prefix. */
export function phoneNumbersOf(folded: string): PhoneNumberToken[] {
  return [...folded.matchAll(PHONE)].flatMap(({ 0: text, index }) => {
    const digits = significantDigits(text);
    if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS) return [];
    return { start: index, end: index + text.length, digits };
  });
}

/** Removes dialling prefixes: `+49 (0)151 …`, `0049 151 …` and `0151 …` end with the same digits. */
export function significantDigits(text: string): string {
  return text
    .replace(/^([\s(]*(?:\+|00)[\s(]*\d[\d\s]*)\(0\)/, "$1")
    .replace(/\D/g, "")
    .replace(/^0+/, "");
}

/**
 * The search word for a telephone number. Reversed, so that a prefix search finds it with or without the country code. In
 * full-width digits, which folded text never contains, so that nothing else matches.
 */
export function phoneNumberWord(digits: string): string {
  return [...digits]
    .reverse()
    .map((digit) => WIDE_DIGITS[Number(digit)])
    .join("");
}

const WIDE_DIGITS = "０１２３４５６７８９";

/**
 * The words of a message in the text form of a `tsvector`, as `message_search` stores them; null if there are none. Only pairs
 * have positions, which show whether pairs are adjacent.
 */
export function buildSearchVector(body: string | null): string | null {
  if (!body) return null;
  const folded = foldText(body);
  if (PLAIN.test(folded)) return plainVector(folded);
  const words: string[] = [];
  let pairs = "";
  let place = 0;
  for (const { kind, text } of searchTokensOf(folded))
    if (kind === "run") {
      for (const letter of text) words.push(letter);
      for (const pair of characterPairsOf(text)) pairs += ` '${pair}':${++place}`;
      // Leaves a gap, so that pairs of different runs are not adjacent.
      place++;
    } else words.push(text);
  for (const { digits } of phoneNumbersOf(folded)) words.push(phoneNumberWord(digits));
  return words.length === 0 ? null : vectorOf(words) + pairs;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const PLAIN = /^[\x00-\x7f]*$/;
const PLAIN_TOKEN = /[a-z0-9]{1,100}|[$%&@#+<=>|~]/g;

/** The same for ASCII text, in a third of the time. */
function plainVector(folded: string): string | null {
  const words = folded.match(PLAIN_TOKEN);
  if (!words) return null;
  if (/\d{2}/.test(folded))
    for (const { digits } of phoneNumbersOf(folded)) words.push(phoneNumberWord(digits));
  return vectorOf(words);
}

/** Words contain no characters that need escaping. The database removes duplicates. */
function vectorOf(words: string[]): string {
  return `'${words.join("' '")}'`;
}
