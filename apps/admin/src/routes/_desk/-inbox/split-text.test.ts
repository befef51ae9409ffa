import { describe, expect, test } from "vitest";
import { splitText } from "./split-text.ts";

describe("a long text", () => {
  test("is cut at a paragraph, a line or a word, in order and whole", () => {
    expect(splitText("one two three", 8)).toEqual(["one two", "three"]);
    expect(splitText("one\ntwo three", 10)).toEqual(["one\ntwo", "three"]);
    expect(splitText("first part\n\nsecond one", 14)).toEqual(["first part", "second one"]);
    const long = "lorem ipsum dolor ".repeat(400).trim();
    const parts = splitText(long);
    expect(parts.join(" ")).toBe(long);
    expect(parts.every((part) => part.length <= 1_600)).toBe(true);
  });

  test("is never cut inside a character", () => {
    const family = "👨‍👩‍👧‍👦";
    const parts = splitText(family.repeat(4), family.length * 2 + 3);
    expect(parts).toEqual([family.repeat(2), family.repeat(2)]);
  });

  test("of words without end is cut all the same", () => {
    expect(splitText("x".repeat(25), 10)).toEqual(["x".repeat(10), "x".repeat(10), "x".repeat(5)]);
  });

  test("is left alone where it fits, and is nothing where nothing is written", () => {
    expect(splitText(" hello \n there ")).toEqual(["hello \n there"]);
    expect(splitText(" \n ")).toEqual([]);
  });
});
