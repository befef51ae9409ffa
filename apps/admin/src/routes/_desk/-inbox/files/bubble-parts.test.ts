import { expect, test } from "vitest";
import { arrangeBubbleParts } from "./bubble-parts.ts";

const picture = { type: "image/png" };
const pdf = { type: "application/pdf" };
const voice = { type: "audio/ogg" };

test("words stand below the first file where WhatsApp shows them there", () => {
  expect(arrangeBubbleParts([picture, pdf], ["Here"])).toEqual([
    { body: "Here", file: picture },
    { body: "", file: pdf },
  ]);
});

test("below a recording, and when they are long, they follow as messages of their own", () => {
  expect(arrangeBubbleParts([voice], ["Listen"])).toEqual([{ body: "", file: voice }, { body: "Listen" }]);
  const long = "x".repeat(1_025);
  expect(arrangeBubbleParts([picture], [long])).toEqual([{ body: "", file: picture }, { body: long }]);
  expect(arrangeBubbleParts([picture], ["one", "two"])).toHaveLength(3);
});

test("words alone, and files alone", () => {
  expect(arrangeBubbleParts([], ["one", "two"])).toEqual([{ body: "one" }, { body: "two" }]);
  expect(arrangeBubbleParts([pdf], [])).toEqual([{ body: "", file: pdf }]);
  expect(arrangeBubbleParts([], [])).toEqual([]);
});
