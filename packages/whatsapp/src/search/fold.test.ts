import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldText, foldWithPositions } from "./fold.ts";

/** Kirat Rai has vowels made of two letters, which stay apart in text that is not composed. */
const isExcepted = (text: string) => /[\u{16d60}-\u{16d6f}]/u.test(text);
const anyText = fc.string({ unit: "binary" }).filter((text) => !isExcepted(text));
/** Characters that folding changes, which random text rarely contains. */
const hardText = fc
  .array(
    fc.constantFrom(
      ..."aAéÉßẞİıIςΣσøłæƒﬁ½①Ⅷ㎏ｱﾞｶガか゛゙゚小日ｶﾞ가각ᄀ ᅡᆨㄱㅋㅏㅠﾡ٠١९０あمـَُّٱىیکשָׁлёйЁ’–…️‍‌\u200f\u202e\u2066\ufeff\u00ad\u0301\u0308\u0307\u3099\u0e31\u0e33\u0e49กำ👍🏽🇩🇪 \n\t'\"",
    ),
  )
  .map((letters) => letters.join(""));
const texts = fc.oneof(anyText, hardText, fc.string());

describe("folding", () => {
  test("is idempotent, for each character and for any text", () => {
    const changing: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const folded = foldText(String.fromCodePoint(code));
      if (foldText(folded) !== folded) changing.push(code.toString(16));
    }
    expect(changing).toEqual([]);
    // Marks that become adjacent once the ignored character between them is removed.
    for (const between of ["\u0640", "\u200b", "\u00ad", "\u061c", "\u0600", "\ufeff"])
      for (const text of [
        `\u0e49${between}\uff9e`,
        `a\u0323${between}\u0e49${between}\u3099`,
        `か${between}\uff9e`,
      ])
        expect.soft(foldText(foldText(text)), JSON.stringify(text)).toBe(foldText(text));
    fc.assert(
      fc.property(texts, (text) => foldText(foldText(text)) === foldText(text)),
      { numRuns: 3_000 },
    );
  });

  test("does not see how a text was composed", () => {
    const text = "\u3160\u05c1\u202e\u3099";
    expect(foldText(text.normalize("NFD"))).toBe(foldText(text.normalize("NFC")));
    fc.assert(
      fc.property(texts, (text) => {
        const composed = foldText(text.normalize("NFC"));
        return (
          foldText(text.normalize("NFD")) === composed && foldText(composed.normalize("NFD")) === composed
        );
      }),
      { numRuns: 3_000 },
    );
  });

  test("knows for each letter where it comes from", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const folded = foldWithPositions(text);
        expect(folded.text).toBe(foldText(text));
        for (let unit = 0; unit < folded.text.length; unit++) {
          const [start = -1, end = -1] = [folded.starts[unit], folded.ends[unit]];
          expect(start).toBeGreaterThanOrEqual(folded.starts[unit - 1] ?? 0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(foldText(text.slice(start, end))).toContain(folded.text[unit]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["case", "ÖZGÜR", "özgür"],
    ["diacritics", "João", "Joao"],
    ["a decomposed text", "Jose\u0301", "José"],
    ["Vietnamese", "Nguyễn Đức", "nguyen duc"],
    ["the German sharp s", "STRASSE", "Straße"],
    ["its capital", "STRAẞE", "strasse"],
    ["Turkish dotted and dotless i", "İSTANBUL IŞIK", "istanbul ışık"],
    ["the Greek final sigma", "ΟΔΥΣΣΕΥΣ", "Οδυσσεύς"],
    ["letters that are not taken apart", "Łódź Øresund Æsop", "lodz oresund aesop"],
    ["ligatures", "ﬁsh", "fish"],
    ["full width", "Ｈｅｌｌｏ　１２３", "hello 123"],
    ["half width", "ﾊﾝﾊﾞｰｶﾞｰ", "ハンバーガー"],
    ["Arabic vowel marks and tatweel", "مُحَمَّـــد", "محمد"],
    ["alef and hamza", "أحمد إلى آخر", "احمد الي اخر"],
    ["Persian letters", "علی کریم", "علي كريم"],
    ["Arabic-Indic digits", "٠١٢٣٤٥٦٧٨٩ ۴۵۶", "0123456789 456"],
    ["Devanagari digits", "१२३", "123"],
    ["Hebrew points", "שָׁלוֹם", "שלום"],
    ["Cyrillic", "ЁЛКА", "елка"],
    ["invisible marks", "\u202eJo\u200bão\u200f \ufeffMa\u00adria", "joao maria"],
    ["decomposed Korean", "한국어".normalize("NFD"), "한국어"],
    ["typographic quotes and dashes", "O’Brien – “no”", `o'brien - "no"`],
    ["emoji presentation", "❤️ 👍🏽", "❤ 👍🏽"],
  ])("drops %s", (_, one, other) => {
    expect(foldText(one)).toBe(foldText(other));
  });

  test.each([
    ["voiced kana", "が", "か"],
    ["hiragana and katakana", "さとう", "サトウ"],
    ["Thai vowels", "ที่", "ทา"],
    ["Indic vowels", "कि", "की"],
    ["Korean syllables", "가", "각"],
    ["Chinese writing systems", "汉", "漢"],
  ])("keeps %s apart", (_, one, other) => {
    expect(foldText(one)).not.toBe(foldText(other));
  });
});
