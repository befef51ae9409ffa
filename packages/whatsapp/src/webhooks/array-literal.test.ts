import { databases } from "@waystation/db/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTestDesk } from "../testing.ts";
import { toPgText } from "../text.ts";
import { numberArray, textArray } from "./array-literal.ts";

describe.each(databases)("on %s", (kind) => {
  test("what is written as an array is read as the same values", async () => {
    await using desk = await createTestDesk(kind);
    const word = fc.oneof(
      fc.string({ unit: "binary" }).map(toPgText),
      fc.constantFrom("", "NULL", "null", '"', "\\", '\\"', "{}", ",", " a ", "a\nb", null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.option(fc.integer({ min: 0, max: 9 })), word)), async (rows) => {
        const answer = await desk.store.query<{ number: number | null; word: string | null }>(
          "select number, word from unnest($1::int[], $2::text[]) with ordinality as x(number, word, i) order by i",
          [numberArray(rows.map(([number]) => number)), textArray(rows.map(([, text]) => text))],
        );
        // Where every value is null the column is empty; the longer one decides how many rows there are.
        const isNothing = rows.every(([number, text]) => number === null && text === null);
        expect(answer).toEqual(isNothing ? [] : rows.map(([number, text]) => ({ number, word: text })));
      }),
      { numRuns: 60 },
    );
  });
});
