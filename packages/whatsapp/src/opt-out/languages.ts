import type { LanguageCode } from "./inputs.ts";
import type { Language } from "./language.ts";
import { LATIN_LANGUAGES } from "./languages-latin.ts";
import { OTHER_LANGUAGES } from "./languages-other-scripts.ts";

/** By ISO 639-1 code. */
export const LANGUAGES = { ...LATIN_LANGUAGES, ...OTHER_LANGUAGES } as const satisfies Record<
  LanguageCode,
  Language
>;
