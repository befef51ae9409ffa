import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { parseFormBody } from "./form-body.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom(
    "",
    "%",
    "%4",
    "%zz",
    "%C3%A9",
    "%C3",
    "%EF%BB%BF",
    "+",
    "%2B",
    "=",
    "&",
    "?",
    "é",
    "a b",
    "%00",
  ),
);
const part = fc.oneof(
  fc.tuple(text, text).map(([name, value]) => `${name}=${value}`),
  fc
    .tuple(text, text)
    .map(
      ([name, value]) =>
        `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
    ),
  text,
);

test("is read as URLSearchParams reads it, well encoded or not", () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
      const body = Buffer.from(parts.join("&"));
      const expected = [...new URLSearchParams(body.toString("utf8"))];
      const isRefused = expected.length === 0 || expected.some(([name]) => name === "");
      expect(parseFormBody(body)).toEqual(isRefused ? null : expected);
    }),
    { numRuns: 20_000 },
  );
});

test("parameters are counted before they are decoded, and nothing between two separators is none", () => {
  const decode = vi.spyOn(globalThis, "decodeURIComponent");
  try {
    expect(parseFormBody(Buffer.from("%41=%41&".repeat(8_000)))).toBeNull();
    expect(parseFormBody(Buffer.from("&".repeat(64_000)))).toBeNull();
    expect(decode).not.toHaveBeenCalled();
  } finally {
    decode.mockRestore();
  }
  expect(parseFormBody(Buffer.from(`${"&".repeat(5_000)}a=1&&b=2`))).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
  expect(parseFormBody(Buffer.from("a&".repeat(200)))).toHaveLength(200);
  expect(parseFormBody(Buffer.from("a&".repeat(201)))).toBeNull();
});
