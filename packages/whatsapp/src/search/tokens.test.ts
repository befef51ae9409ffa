import fc from "fast-check";
import { expect, test } from "vitest";
import { foldText } from "./fold.ts";
import { buildSearchVector, phoneNumbersOf, searchTokensOf } from "./tokens.ts";

const tokens = (text: string) => searchTokensOf(foldText(text)).map((token) => token.text);

test.each([
  ["Olá, João: don't", ["ola", "joao", "don", "t"]],
  ["王小明 iPhone手机", ["王小明", "iphone", "手机"]],
  ["100% für €5 😀", ["100", "%", "fur", "€", "5", "😀"]],
  ["ハロー、世界", ["ハロー", "世界"]],
  ["हिन्दी में", ["हिन्दी", "में"]],
])("%s has the words %j", (text, words) => {
  expect(tokens(text)).toEqual(words);
});

test("the quick way for plain text finds the same words", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."abzAZ019 +-()@#$%&=<>|~^`'\"\\/:;.,\n") }), (text) => {
      const words = new Set(
        [...(buildSearchVector(text)?.matchAll(/'([^']*)'/g) ?? [])].map(([, word]) => word),
      );
      // Text with a letter outside ASCII takes the general path.
      const others = new Set(
        [...(buildSearchVector(`${text} é`)?.matchAll(/'([^']*)'/g) ?? [])].map(([, word]) => word),
      );
      others.delete("e");
      words.delete("e");
      expect(words).toEqual(others);
    }),
  );
});

test("a word is nothing that a tsvector would read as something else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const token of searchTokensOf(foldText(text))) expect(token.text).not.toMatch(/['\\:\s]/);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["+49 151 12340001", "4915112340001"],
  ["0151 12340001", "15112340001"],
  ["0049 151 1234-0001", "4915112340001"],
  ["(0151) 1234.0001", "15112340001"],
  ["+49 (0)151/12340001", "4915112340001"],
  ["٠١٥١ ١٢٣٤٠٠٠١", "15112340001"],
])("%s is the number %s", (text, digits) => {
  expect(phoneNumbersOf(foldText(`call ${text} now`)).map((phone) => phone.digits)).toEqual([digits]);
});

test("a page of digits and spaces is read in one go", () => {
  const text = foldText(`${"1 ".repeat(50_000)}x`);
  expect(phoneNumbersOf(text).length).toBeLessThan(10_000);
  expect(buildSearchVector("a".repeat(100_000))?.length).toBeGreaterThan(100_000);
});
