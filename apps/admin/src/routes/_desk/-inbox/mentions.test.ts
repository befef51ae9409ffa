import { expect, test } from "vitest";
import { matching, mentionAt, mentionedIn, splitAtMentions } from "./mentions.ts";

const people = ["Ann", "Ann Lee", "Zoë M. (Sales)", "Bob"].map((name) => ({ userId: name, name }));

test("finds whole names, the longest first, and no addresses", () => {
  expect(mentionedIn("@Ann Lee and @Bob: see @Zoë M. (Sales)", people)).toEqual([
    "Ann Lee",
    "Zoë M. (Sales)",
    "Bob",
  ]);
  expect(mentionedIn("@Ann, (@Bob)", people)).toEqual(["Ann", "Bob"]);
  for (const text of ["@Annette", "mail@Bob", "Ann", "@ann"]) expect(mentionedIn(text, people)).toEqual([]);
  expect(mentionedIn("@Ann", [])).toEqual([]);
});

test("splits so that every second piece is a mention", () => {
  expect(splitAtMentions("Hi @Ann Lee, ask @Bob", people)).toEqual(["Hi ", "@Ann Lee", ", ask ", "@Bob", ""]);
  expect(splitAtMentions("nobody", people)).toEqual(["nobody"]);
});

test("knows what is begun at the caret, and whom it could mean", () => {
  expect(mentionAt("Hi @an", 6)).toBe("an");
  expect(mentionAt("@", 1)).toBe("");
  expect(mentionAt("@Ann Le", 7)).toBe("Ann Le");
  for (const text of ["me@an", "Hi ", "@Ann\n"]) expect(mentionAt(text, text.length)).toBeNull();
  expect(mentionAt("@Ann, hello", 4)).toBe("Ann");
  expect(matching(people, "le").map(({ name }) => name)).toEqual(["Ann Lee"]);
  expect(matching(people, "ANN").map(({ name }) => name)).toEqual(["Ann", "Ann Lee"]);
});
