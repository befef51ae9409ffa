import { toPgText } from "@waystation/core/text";
import { testDatabases } from "@waystation/db/testing/databases";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTestInstallation } from "../testing.ts";
import { numberArrayLiteral, textArrayLiteral } from "./array-literal.ts";

describe.each(testDatabases)("on %s", (kind) => {
  test("what is written as an array is read as the same values", async () => {
    await using desk = await createTestInstallation(kind);
    const word = fc.oneof(
      fc.string({ unit: "binary" }).map(toPgText),
      fc.constantFrom("", "NULL", "null", '"', "\\", '\\"', "{}", ",", " a ", "a\nb", null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.option(fc.integer({ min: 0, max: 9 })), word)), async (rows) => {
        const answer = await desk.store.query<{ number: number | null; word: string | null }>(
          "select number, word from unnest($1::int[], $2::text[]) with ordinality as x(number, word, i) order by i",
          [
            numberArrayLiteral(rows.map(([number]) => number)),
            textArrayLiteral(rows.map(([, text]) => text)),
          ],
        );
        // A column is empty when all its values are null. The longer column decides the number of rows.
        const isNothing = rows.every(([number, text]) => number === null && text === null);
        expect(answer).toEqual(isNothing ? [] : rows.map(([number, text]) => ({ number, word: text })));
      }),
      { numRuns: 60 },
    );
  });
});
