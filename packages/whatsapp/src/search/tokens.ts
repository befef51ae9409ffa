import { foldText } from "./fold.ts";

/** A word, a symbol (emoji, €, %), or a run of a script that puts no spaces between words. */
export interface SearchToken {
  text: string;
  kind: "word" | "symbol" | "run";
  /** Where it stands in the folded text. */
  start: number;
}

/** Korean has spaces, but its words grow together. */
const UNSPACED =
  "[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Bopomofo}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}\\p{scx=Javanese}\\p{scx=Balinese}\\p{scx=Tai_Le}\\p{scx=New_Tai_Lue}\\p{scx=Tai_Tham}\\p{scx=Tai_Viet}\\p{scx=Yi}]";
const LETTER = "[\\p{L}\\p{N}\\p{M}]";
/** Words of more than 100 letters are cut: Postgres takes no more than 2 kB. */
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

/** Pairs of neighbours, by which a run is found: of 日本語, 日本 and 本語. */
export function characterPairsOf(run: string): string[] {
  const letters = [...run];
  return letters.slice(1).map((letter, place) => `${letters[place]}${letter}`);
}

/** What people write as a telephone number, of folded text. Bounded, or a page of digits would be read over and over. */
const PHONE = /(?<![\p{L}\p{N}])\+?\(?\d[\d ()./\-\t]{4,28}\d(?![\p{L}\p{N}])/gu;
const FEWEST_DIGITS = 7;
const MOST_DIGITS = 17;

interface PhoneNumberToken {
  start: number;
  end: number;
  digits: string;
}

/** With the digits that are the same however it is written: without prefixes for dialling, national (0) and international (00). */
export function phoneNumbersOf(folded: string): PhoneNumberToken[] {
  return [...folded.matchAll(PHONE)].flatMap(({ 0: text, index }) => {
    const digits = significantDigits(text);
    if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS) return [];
    return { start: index, end: index + text.length, digits };
  });
}

/** `+49 (0)151 …`, `0049 151 …` and `0151 …` have the same last digits; what is dialled before them is left out. */
export function significantDigits(text: string): string {
  return text
    .replace(/^([\s(]*(?:\+|00)[\s(]*\d[\d\s]*)\(0\)/, "$1")
    .replace(/\D/g, "")
    .replace(/^0+/, "");
}

/**
 * How a telephone number stands among words: from its end, so that it is found with or without the country's code; in wide digits,
 * which no folded text holds, so that nothing else is taken for it.
 */
export function phoneNumberWord(digits: string): string {
  return [...digits]
    .reverse()
    .map((digit) => WIDE_DIGITS[Number(digit)])
    .join("");
}

const WIDE_DIGITS = "０１２３４５６７８９";

/**
 * The words of a message as `message_search` keeps them, a `tsvector` in its text form; null where there are none. Only pairs have
 * places: they tell whether pairs stand side by side, as in what is searched for.
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
      // No pair stands beside one of the next run.
      place++;
    } else words.push(text);
  for (const { digits } of phoneNumbersOf(folded)) words.push(phoneNumberWord(digits));
  return words.length === 0 ? null : vectorOf(words) + pairs;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const PLAIN = /^[\x00-\x7f]*$/;
const PLAIN_TOKEN = /[a-z0-9]{1,100}|[$%&@#+<=>|~]/g;

/** The same in a third of the time, for what most messages are written in. */
function plainVector(folded: string): string | null {
  const words = folded.match(PLAIN_TOKEN);
  if (!words) return null;
  if (/\d{2}/.test(folded))
    for (const { digits } of phoneNumbersOf(folded)) words.push(phoneNumberWord(digits));
  return vectorOf(words);
}

/** None holds what needs to be escaped; the database drops repetitions. */
function vectorOf(words: string[]): string {
  return `'${words.join("' '")}'`;
}
