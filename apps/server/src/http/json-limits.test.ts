import { expect, test } from "vitest";
import { jsonLimitViolation } from "./json-limits.ts";

const problem = (text: string) => jsonLimitViolation(Buffer.from(text));
const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);

test("JSON that is deep or has very many values is not parsed", () => {
  expect(problem(nested(33))).toMatch(/nested more than 32 levels/);
  expect(problem('{"a":'.repeat(40))).toMatch(/nested/);
  expect(problem(`[${"1,".repeat(10_001)}1]`)).toMatch(/more than 10000 values/);
});

test("anything else is left to the parser", () => {
  expect(problem(nested(32))).toBeNull();
  expect(problem(`[${"[],".repeat(1_000)}[]]`)).toBeNull();
  expect(problem(JSON.stringify({ text: '[{"\\'.repeat(30_000), more: ",".repeat(30_000) }))).toBeNull();
  expect(problem("")).toBeNull();
  expect(problem('"no end')).toBeNull();
});
