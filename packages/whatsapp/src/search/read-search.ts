import { toPgText } from "@waystation/core/text";
import { foldText } from "./fold.ts";
import {
  characterPairsOf,
  phoneNumbersOf,
  phoneNumberWord,
  type SearchToken,
  searchTokensOf,
  significantDigits,
} from "./tokens.ts";

/** A search query in the forms that the search uses. */
export interface SearchTerms {
  /** A `tsquery` for `message_search.words`: all words as typed. Null if there are none. */
  words: string | null;
  /**
   * `like` patterns for the text form of `message_search.words`: any part of a word. Null if `words` already finds everything
   * typed.
   */
  parts: string[] | null;
  /**
   * For the folded names of contacts: a `tsquery` of adjacent letters as a prefilter, and the patterns that decide. Every word
   * must match.
   */
  nameGrams: string;
  namePatterns: string[];
  /** Digits that match in a name instead: any of these patterns. */
  nameDigits: string[];
  /** Patterns for an address after its channel prefix; any of them matches. */
  addresses: string[];
  /** The tokens to highlight in names and texts. */
  tokens: SearchToken[];
  phones: string[];
}

/** Parts of names are indexed by three letters. Shorter text only matches the beginning of a word. */
const SHORT = 3;
/** The minimum number of digits that identify a telephone without its country code. */
const NATIONAL = 7;
const MOST_WORDS = 20;

export function parseSearch(search: string): SearchTerms {
  const text = toPgText(search);
  const folded = foldText(text)
    .replace(/^\s*whatsapp:/, "")
    .trim();
  const tokens = searchTokensOf(folded).slice(0, MOST_WORDS);
  const phones = phoneNumbersOf(folded);
  const besidePhones = tokens.filter(
    ({ start }) => !phones.some((phone) => phone.start <= start && start < phone.end),
  );
  const words = [
    ...phones.map(({ start, end, digits }) => {
      const asWords = tokens.filter((token) => start <= token.start && token.start < end).map(queryOf);
      return `(${[...phoneQueries(digits), asWords.join(" & ")].filter(Boolean).join(" | ")})`;
    }),
    ...besidePhones.map(queryOf),
  ];
  const digits = numbersOf(folded);
  const names = folded === "" ? [] : folded.split(/\s+/).slice(0, MOST_WORDS).map(namePart);
  // A name may contain the number without its country code.
  const nameDigits = [
    ...digits,
    ...phones.flatMap((phone) => nationals(phone.digits).map((each) => ` ${each}`)),
  ];
  return {
    words: words.length === 0 ? null : words.join(" & "),
    parts: partsOf(tokens, folded),
    nameGrams: [
      ...(names.length > 0 ? [`(${names.map(gramsOf).join(" & ")})`] : []),
      ...nameDigits.map((each) => `(${gramsOf({ text: each, isWhole: true })})`),
    ].join(" | "),
    namePatterns: names.map(({ text }) => `%${escapeLike(text)}%`),
    nameDigits: nameDigits.map((each) => `%${each}%`),
    addresses: addressesOf(text, folded, digits),
    tokens,
    phones: phones.map((phone) => phone.digits),
  };
}

/** The token as typed. Quoted, so that no token is read as an operator. */
function queryOf({ kind, text }: SearchToken): string {
  if (kind !== "run") return `'${text}'`;
  const pairs = characterPairsOf(text);
  return pairs.length === 0 ? `'${text}'` : `(${pairs.map((pair) => `'${pair}'`).join(" <-> ")})`;
}

/** Matches a number that ends like this one, or this one written without its country code. */
function phoneQueries(digits: string): string[] {
  return [`'${phoneNumberWord(digits)}':*`, ...nationals(digits).map((each) => `'${phoneNumberWord(each)}'`)];
}

/** A country code has up to three digits. */
function nationals(digits: string): string[] {
  return [1, 2, 3].map((length) => digits.slice(length)).filter(({ length }) => length >= NATIONAL);
}

/** A word may continue only where a space or the end of the query is next to it: `no_hing` does not match `nothing`. */
function partsOf(tokens: SearchToken[], folded: string): string[] | null {
  if (!tokens.some(({ kind }) => kind === "word")) return null;
  const isOpen = (place: number) => /^\s?$/.test(folded.charAt(place));
  return tokens.flatMap(({ kind, text, start }) => {
    if (kind === "word") {
      const begin = text.length > 1 && isOpen(start - 1) ? "" : "'";
      return `%${begin}${text}${isOpen(start + text.length) ? "" : "'"}%`;
    }
    const pairs = kind === "run" ? characterPairsOf(text) : [];
    return pairs.length === 0 ? `%'${text}'%` : pairs.map((pair) => `%'${pair}'%`);
  });
}

interface NamePart {
  text: string;
  /** True if all letters are searched as groups of three; false for a prefix. */
  isWhole: boolean;
}

/** In scripts where letters stand for words, a single letter is searched anywhere. */
function namePart(word: string): NamePart {
  const length = [...word].length;
  const isRun = searchTokensOf(word).every(({ kind }) => kind === "run");
  if (length >= SHORT) return { text: word, isWhole: true };
  return isRun ? { text: word, isWhole: false } : { text: ` ${word}`, isWhole: length === SHORT - 1 };
}

function gramsOf({ text, isWhole }: NamePart): string {
  const letters = [...text];
  if (!isWhole) return `${quote(text)}:*`;
  return letters
    .slice(0, letters.length - SHORT + 1)
    .map((_, place) => quote(letters.slice(place, place + SHORT).join("")))
    .join(" & ");
}

/** The digits of a query that looks like a number or part of one: as typed, and without the dialling prefix. */
function numbersOf(folded: string): string[] {
  if (!/^[\d\s+()./-]*\d[\d\s()./-]*$/.test(folded)) return [];
  const typed = folded.replace(/\D/g, "");
  return [...new Set([typed, significantDigits(folded)])].filter(({ length }) => length >= SHORT);
}

/**
 * Digits in any notation; otherwise the address as typed, in both cases, because case comparison in Postgres depends on the
 * locale.
 */
function addressesOf(text: string, folded: string, digits: string[]): string[] {
  if (digits.length > 0) return digits.map((each) => `%${each}%`);
  if (folded.length < SHORT || /[\s]/.test(folded) || !/^[\x21-\x7e]+$/.test(folded)) return [];
  const typed = text.trim().replace(/^whatsapp:/i, "");
  const forms = new Set([typed, folded, folded.toUpperCase()]);
  return [...forms].map((form) => `%${escapeLike(form)}%`);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}
