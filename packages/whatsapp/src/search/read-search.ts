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

/** What was typed into a search, in the forms in which it is looked for. */
export interface SearchTerms {
  /** For `message_search.words`, a `tsquery`: all of the words, as they are. Null where there are none. */
  words: string | null;
  /** For the text form of the same, patterns of `like`: any part of a word. Null where all that was typed is found by `words`. */
  parts: string[] | null;
  /** For the folded names of contacts: a `tsquery` of letters side by side, and the patterns that decide. Each word somewhere. */
  nameGrams: string;
  namePatterns: string[];
  /** Digits that a name may hold instead: any of these patterns. */
  nameDigits: string[];
  /** Any of these patterns in an address behind its channel. */
  addresses: string[];
  /** What is highlighted in names and in texts. */
  tokens: SearchToken[];
  phones: string[];
}

/** Parts of names are indexed by three letters; of less, only the beginning of a word is found. */
const SHORT = 3;
/** Without the country's code, so many digits tell one telephone from others. */
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
  // A name may hold the number without its country's code.
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

/** The words as they are. Quoted, none can be taken for an operator. */
function queryOf({ kind, text }: SearchToken): string {
  if (kind !== "run") return `'${text}'`;
  const pairs = characterPairsOf(text);
  return pairs.length === 0 ? `'${text}'` : `(${pairs.map((pair) => `'${pair}'`).join(" <-> ")})`;
}

/** A number that ends like this one, or this one written without its country's code. */
function phoneQueries(digits: string): string[] {
  return [`'${phoneNumberWord(digits)}':*`, ...nationals(digits).map((each) => `'${phoneNumberWord(each)}'`)];
}

/** A country's code has up to three digits. */
function nationals(digits: string): string[] {
  return [1, 2, 3].map((length) => digits.slice(length)).filter(({ length }) => length >= NATIONAL);
}

/** A word goes on where nothing but a space, or the end, is beside it: `no_hing` is no part of `nothing`. */
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
  /** All of its letters three by three; of fewer, what begins like this. */
  isWhole: boolean;
}

/** Where letters stand for words, one is enough to look for, anywhere. */
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

/** What looks like a number, or like a part of one: its digits as typed, and without what is dialled before it. */
function numbersOf(folded: string): string[] {
  if (!/^[\d\s+()./-]*\d[\d\s()./-]*$/.test(folded)) return [];
  const typed = folded.replace(/\D/g, "");
  return [...new Set([typed, significantDigits(folded)])].filter(({ length }) => length >= SHORT);
}

/** Digits in any writing; else the address as it stands, in either case: Postgres' own comparison of cases hangs on its locale. */
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
