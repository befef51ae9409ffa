import { expect, test } from "vitest";
import { arrangeParts } from "./arrange-parts.ts";

const picture = { type: "image/png" };
const pdf = { type: "application/pdf" };
const voice = { type: "audio/ogg" };

test("words stand below the first file where WhatsApp shows them there", () => {
  expect(arrangeParts([picture, pdf], ["Here"])).toEqual([
    { body: "Here", file: picture },
    { body: "", file: pdf },
  ]);
});

test("below a recording, and when they are long, they follow as messages of their own", () => {
  expect(arrangeParts([voice], ["Listen"])).toEqual([{ body: "", file: voice }, { body: "Listen" }]);
  const long = "x".repeat(1_025);
  expect(arrangeParts([picture], [long])).toEqual([{ body: "", file: picture }, { body: long }]);
  expect(arrangeParts([picture], ["one", "two"])).toHaveLength(3);
});

test("words alone, and files alone", () => {
  expect(arrangeParts([], ["one", "two"])).toEqual([{ body: "one" }, { body: "two" }]);
  expect(arrangeParts([pdf], [])).toEqual([{ body: "", file: pdf }]);
  expect(arrangeParts([], [])).toEqual([]);
});
