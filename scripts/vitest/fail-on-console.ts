import { format } from "node:util";
import { afterEach, beforeEach, expect } from "vitest";

/** Fails a test that writes to console.error or console.warn. */
const said: string[] = [];
for (const kind of ["error", "warn"] as const)
  console[kind] = (...words: unknown[]) => said.push(`console.${kind}: ${format(...words)}`);

beforeEach(() => {
  said.length = 0;
});
afterEach(() => {
  expect(said, "nothing may be written to console.error or console.warn").toEqual([]);
});
