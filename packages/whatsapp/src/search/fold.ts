/**
 * The form in which text is compared. Stored text and queries both use it, so that results do not depend on the database's
 * locale. It removes case, diacritics, width, invisible marks and the differences between digits of scripts.
 *
 * It keeps apart: が and か (voiced kana are separate letters), hiragana and katakana, traditional and simplified Chinese, ü and
 * ue. Marks that spell the word (vowel signs of Indic scripts and Thai) stay. Folds character by character, each with its
 * marks, so that a position in the folded text maps to the original.
 */
export function foldText(text: string): string {
  return ASCII.test(text) ? text.toLowerCase() : text.replace(CHARACTER, foldCharacter);
}

interface FoldedText {
  text: string;
  /** For each UTF-16 unit of `text`, where its original character begins and ends. */
  starts: number[];
  ends: number[];
}

export function foldWithPositions(original: string): FoldedText {
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: character, index } of original.matchAll(CHARACTER)) {
    // ASCII letters match as a run, and each stays one letter.
    const isRun = ASCII.test(character);
    const folded = isRun ? character.toLowerCase() : foldCharacter(character);
    for (let unit = 0; unit < folded.length; unit++) {
      starts.push(isRun ? index + unit : index);
      ends.push(isRun ? index + unit + 1 : index + character.length);
    }
    text += folded;
  }
  return { text, starts, ends };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
const ASCII = /^[\x00-\x7f]*$/;

/** Includes ignored characters: removing one makes the marks around it adjacent. */
const MARKS = "[\\p{M}\\p{Default_Ignorable_Code_Point}\\p{Cf}\\u0640\\uff9e\\uff9f]*";
/** The vowel and the end of a Korean syllable. */
const KOREAN_PART = "[\\u1161-\\u11ff\\ud7b0-\\ud7fb]";
/**
 * A run of ASCII characters not followed by a mark; a Korean syllable, whole or in parts; or any other character. With the
 * marks that follow.
 */
const CHARACTER = new RegExp(
  `[\\x00-\\x7f]+(?=[\\x00-\\x7f])|(?:[\\u1100-\\u115e\\ua960-\\ua97c]+|[\\uac00-\\ud7a3])(?:${MARKS}${KOREAN_PART})*${MARKS}|.${MARKS}`,
  "gsu",
);

const known = new Map<string, string>();
const MOST_KNOWN = 20_000;
/** A letter may carry thousands of marks. Longer sequences are not cached. */
const LONGEST_KNOWN = 8;

function foldCharacter(character: string): string {
  let folded = known.get(character);
  if (folded === undefined) {
    folded = foldAnew(character);
    if (character.length > LONGEST_KNOWN) return folded;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(character, folded);
  }
  return folded;
}

const IGNORED = /[\p{Default_Ignorable_Code_Point}\p{Cf}\u0640]/gu;
/** Accents, and Arabic, Hebrew and Syriac vowel marks. Not the marks that are letters in other scripts, nor those of kana. */
const DIACRITIC =
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: marks by themselves are meant
  /[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u0898-\u089f\u08ca-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]/gu;
/** Single Korean letters, as in ㅋㅋ. Unicode normalisation would treat them as parts of a syllable. */
const KOREAN_LETTER = /[\u3131-\u318e\uffa0-\uffdc]/u;

/** Letters that Unicode does not decompose but users treat as equal. */
const LETTERS = new Map(
  Object.entries({
    ß: "ss",
    æ: "ae",
    œ: "oe",
    ø: "o",
    đ: "d",
    ð: "d",
    þ: "th",
    ł: "l",
    ħ: "h",
    ŧ: "t",
    ŋ: "n",
    ı: "i",
    ȷ: "j",
    ĸ: "k",
    ɓ: "b",
    ɗ: "d",
    ƙ: "k",
    ƴ: "y",
    ə: "e",
    ǝ: "e",
    ς: "σ",
    ґ: "г",
    ӏ: "і",
    // Letters that differ between Arabic and Persian keyboards, and letters often typed without their dots.
    ٱ: "ا",
    ى: "ي",
    ی: "ي",
    ې: "ي",
    ک: "ك",
    ڪ: "ك",
    ہ: "ه",
    ە: "ه",
    ھ: "ه",
    ة: "ه",
    ۀ: "ه",
    // Punctuation that phones insert automatically.
    "‘": "'",
    "’": "'",
    "‚": "'",
    "‛": "'",
    ʼ: "'",
    ʻ: "'",
    "′": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "-",
    "―": "-",
    "−": "-",
    "﹘": "-",
    "⁄": "/",
    "∕": "/",
  }),
);

function foldAnew(character: string): string {
  if (KOREAN_LETTER.test(character))
    return character.replace(IGNORED, "").replace(DIACRITIC, "").normalize("NFC");
  let folded = character;
  // Repeats until nothing changes, at most twice: a decomposed character may contain another one to decompose.
  for (let before = ""; before !== folded; ) {
    before = folded;
    folded = folded
      .replace(IGNORED, "")
      .normalize("NFKD")
      .toLowerCase()
      .normalize("NFKD")
      .replace(IGNORED, "")
      .replace(DIACRITIC, "")
      .replace(/./gsu, (letter) => LETTERS.get(letter) ?? letter)
      .replace(/\p{Nd}/gu, digitOf)
      .normalize("NFC");
  }
  return folded;
}

/** In every script the ten digits are consecutive code points. */
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let offset = 0;
  while (DIGIT.test(String.fromCodePoint(code - offset - 1))) offset++;
  return String(offset % 10);
}

const DIGIT = /^\p{Nd}$/u;
