import { expect, test } from "vitest";
import { matchingMembers, mentionedUserIds, mentionQueryAt, splitAtMentions } from "./mentions.ts";

const people = ["Ann", "Ann Lee", "Zoë M. (Sales)", "Bob"].map((name) => ({ userId: name, name }));

test("finds whole names, the longest first, and no addresses", () => {
  expect(mentionedUserIds("@Ann Lee and @Bob: see @Zoë M. (Sales)", people)).toEqual([
    "Ann Lee",
    "Zoë M. (Sales)",
    "Bob",
  ]);
  expect(mentionedUserIds("@Ann, (@Bob)", people)).toEqual(["Ann", "Bob"]);
  for (const text of ["@Annette", "mail@Bob", "Ann", "@ann"])
    expect(mentionedUserIds(text, people)).toEqual([]);
  expect(mentionedUserIds("@Ann", [])).toEqual([]);
});

test("splits so that every second piece is a mention", () => {
  expect(splitAtMentions("Hi @Ann Lee, ask @Bob", people)).toEqual(["Hi ", "@Ann Lee", ", ask ", "@Bob", ""]);
  expect(splitAtMentions("nobody", people)).toEqual(["nobody"]);
});

test("knows what is begun at the caret, and whom it could mean", () => {
  expect(mentionQueryAt("Hi @an", 6)).toBe("an");
  expect(mentionQueryAt("@", 1)).toBe("");
  expect(mentionQueryAt("@Ann Le", 7)).toBe("Ann Le");
  for (const text of ["me@an", "Hi ", "@Ann\n"]) expect(mentionQueryAt(text, text.length)).toBeNull();
  expect(mentionQueryAt("@Ann, hello", 4)).toBe("Ann");
  expect(matchingMembers(people, "le").map(({ name }) => name)).toEqual(["Ann Lee"]);
  expect(matchingMembers(people, "ANN").map(({ name }) => name)).toEqual(["Ann", "Ann Lee"]);
});
