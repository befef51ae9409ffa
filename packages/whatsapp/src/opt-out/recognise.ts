import { foldText } from "../search/fold.ts";
import { LANGUAGE_CODES, type LanguageCode } from "./inputs.ts";
import { LANGUAGES } from "./languages.ts";

/** An organisation's settings. A language added by a later version is on until a member turns it off. */
export interface OptOutSettings {
  languagesOff: LanguageCode[];
  stopWords: string[];
  startWords: string[];
}

export const DEFAULT_OPT_OUT_SETTINGS: OptOutSettings = { languagesOff: [], stopWords: [], startWords: [] };

export type OptOutType = "stop" | "start";

interface Phrase {
  tokens: string[];
  type: OptOutType | "polite";
  startWord: string;
}

/** By first token. */
export type OptOutWords = Map<string, Phrase[]>;

/** Longer messages neither opt out nor in. In code points, as the database counts. */
const MAX_OPT_OUT_LENGTH = 60;

const NO_LETTER = /[^\p{L}\p{M}\p{N}]+/u;
const SINGLE_LETTER = /^\p{L}$/u;
/** Scripts without spaces between words: each character is a token. */
const CJK = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー])/gu;

/** The text in compared form, split into words: without case, diacritics, width, invisible marks, punctuation and emoji. */
function optOutTokensOf(text: string): string[] {
  return foldText(text).replace(CJK, " $1 ").split(NO_LETTER).filter(Boolean);
}

/** The phrases that an organisation recognises. Its own words come first, so that a start word may be a stop word in a list. */
export function optOutWordsOf(settings: OptOutSettings): OptOutWords {
  const key = JSON.stringify(settings);
  const known = cache.get(key);
  if (known) return known;
  const words: OptOutWords = new Map();
  const seen = new Set<string>();
  const add = (type: Phrase["type"], texts: readonly string[], startWord: string) => {
    for (const text of texts) {
      const tokens = optOutTokensOf(text);
      const [first] = tokens;
      if (first === undefined || seen.has(tokens.join(" "))) continue;
      seen.add(tokens.join(" "));
      words.set(first, [...(words.get(first) ?? []), { tokens, type, startWord }]);
    }
  };
  const startWord = defaultOptInWord(settings);
  add("stop", settings.stopWords, startWord);
  add("start", settings.startWords, startWord);
  const isOn = (code: LanguageCode) => !settings.languagesOff.includes(code);
  // English first: "stop" is in the lists of many languages.
  for (const code of (["en", ...LANGUAGE_CODES] as const).filter(isOn)) {
    const { stop, start } = LANGUAGES[code];
    add("stop", stop, start[0]);
    add("start", start, start[0]);
  }
  // Polite words of all languages, including those turned off: "stop, danke" is clear.
  for (const code of LANGUAGE_CODES) add("polite", LANGUAGES[code].polite, startWord);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(key, words);
  return words;
}

const cache = new Map<string, OptOutWords>();
const MOST_CACHED = 100;

/**
 * The word to opt in again when the language is unknown: the organisation's own word, or one of the first language that is on.
 */
export function defaultOptInWord({ startWords, languagesOff }: OptOutSettings): string {
  if (startWords[0] !== undefined) return startWords[0];
  const code = (["en", ...LANGUAGE_CODES] as const).find((one) => !languagesOff.includes(one));
  return code ? LANGUAGES[code].start[0] : "";
}

interface RecognisedOptOut {
  type: OptOutType;
  /** The word that opts in again, in the language of the message. */
  startWord: string;
}

/**
 * Whether a message opts out or in. The whole message must consist of listed phrases and polite words: "Stop!" and "please
 * stop, thanks", but not "stop by tomorrow".
 */
export function recogniseOptOut(text: string | null, words: OptOutWords): RecognisedOptOut | null {
  if (text === null || [...text.slice(0, 2 * MAX_OPT_OUT_LENGTH + 1)].length > MAX_OPT_OUT_LENGTH)
    return null;
  const tokens = optOutTokensOf(text);
  const recognised = consume(tokens, 0, null, words, new Set());
  if (recognised || tokens.length < 2 || !tokens.every((token) => SINGLE_LETTER.test(token)))
    return recognised;
  // S.T.O.P and s t o p
  return consume([tokens.join("")], 0, null, words, new Set());
}

function consume(
  tokens: string[],
  at: number,
  found: RecognisedOptOut | null,
  words: OptOutWords,
  failed: Set<string>,
): RecognisedOptOut | null {
  if (at === tokens.length) return found;
  const state = `${at} ${found?.type}`;
  if (failed.has(state)) return null;
  for (const phrase of words.get(tokens[at] ?? "") ?? []) {
    if (!phrase.tokens.every((token, index) => tokens[at + index] === token)) continue;
    const { type, startWord } = phrase;
    // A message with both, such as "stop start", has no clear meaning.
    if (type !== "polite" && found && found.type !== type) continue;
    const next = type === "polite" ? found : (found ?? { type, startWord });
    const result = consume(tokens, at + phrase.tokens.length, next, words, failed);
    if (result) return result;
  }
  failed.add(state);
  return null;
}
