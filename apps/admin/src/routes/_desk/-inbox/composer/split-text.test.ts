import { describe, expect, test } from "vitest";
import { splitTextIntoMessages } from "./split-text.ts";

describe("a long text", () => {
  test("is cut at a paragraph, a line or a word, in order and whole", () => {
    expect(splitTextIntoMessages("one two three", 8)).toEqual(["one two", "three"]);
    expect(splitTextIntoMessages("one\ntwo three", 10)).toEqual(["one\ntwo", "three"]);
    expect(splitTextIntoMessages("first part\n\nsecond one", 14)).toEqual(["first part", "second one"]);
    const long = "lorem ipsum dolor ".repeat(400).trim();
    const parts = splitTextIntoMessages(long);
    expect(parts.join(" ")).toBe(long);
    expect(parts.every((part) => part.length <= 1_600)).toBe(true);
  });

  test("is never cut inside a character", () => {
    const family = "👨‍👩‍👧‍👦";
    const parts = splitTextIntoMessages(family.repeat(4), family.length * 2 + 3);
    expect(parts).toEqual([family.repeat(2), family.repeat(2)]);
  });

  test("of words without end is cut all the same", () => {
    expect(splitTextIntoMessages("x".repeat(25), 10)).toEqual([
      "x".repeat(10),
      "x".repeat(10),
      "x".repeat(5),
    ]);
  });

  test("is left alone where it fits, and is nothing where nothing is written", () => {
    expect(splitTextIntoMessages(" hello \n there ")).toEqual(["hello \n there"]);
    expect(splitTextIntoMessages(" \n ")).toEqual([]);
  });
});
