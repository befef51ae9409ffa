import { z } from "zod";

/** ISO 639-1 codes, ordered by the English names of the languages. */
export const LANGUAGE_CODES = [
  "ar",
  "zh",
  "cs",
  "da",
  "nl",
  "en",
  "fi",
  "fr",
  "de",
  "el",
  "he",
  "hi",
  "id",
  "it",
  "ja",
  "no",
  "pl",
  "pt",
  "ro",
  "ru",
  "es",
  "sv",
  "tr",
  "uk",
] as const;
export type LanguageCode = (typeof LANGUAGE_CODES)[number];

const MOST_WORDS = 50;
const LONGEST_WORD = 40;

const word = z
  .string("Enter a word.")
  .trim()
  .max(LONGEST_WORD, `Use at most ${LONGEST_WORD} characters for a word.`)
  .refine((text) => /[\p{L}\p{N}]/u.test(text), "Enter a word with letters or digits.");
const wordList = z
  .array(word, "Enter a list of words.")
  .max(MOST_WORDS, `Enter at most ${MOST_WORDS} words.`);

/**
 * An approximation of how messages are compared. If two words that it keeps apart match the same message, the stop word counts.
 */
const key = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, "");

export const updateOptOutSettingsInput = z
  .strictObject({
    languages: z
      .array(z.enum(LANGUAGE_CODES, "This is not a language of the list."), "Choose the languages.")
      .max(LANGUAGE_CODES.length, "Name each language once."),
    stopWords: wordList,
    startWords: wordList,
  })
  .refine(({ stopWords, startWords }) => !startWords.some((one) => stopWords.map(key).includes(key(one))), {
    path: ["startWords"],
    error: "A word cannot both opt out and opt in. Remove it from one of the lists.",
  })
  .refine(
    ({ languages, stopWords, startWords }) =>
      languages.length > 0 || (stopWords.length > 0 && startWords.length > 0),
    { path: ["languages"], error: "Choose a language, or enter words for both opting out and opting in." },
  );
export type UpdateOptOutSettingsInput = z.infer<typeof updateOptOutSettingsInput>;
