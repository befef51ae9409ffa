import { expect, test } from "vitest";
import { readInboxSearch, readThreadSearch } from "../routes/_desk/-inbox/queries.ts";
import { readEventSearch } from "./events/event-search.ts";

test.each([[{ toString: "" }], [[]], [[{ toString: 1 }]], [null]])(
  "a search parameter %j has no text",
  (value) => {
    expect(readInboxSearch({ q: value }).q).toBeUndefined();
    expect(readThreadSearch({ message: value }).message).toBeUndefined();
    expect(readEventSearch({ q: value, event: value })).toMatchObject({ q: undefined, event: undefined });
  },
);

test("a number that somebody searches for is text", () => {
  expect(readInboxSearch({ q: 4915 }).q).toBe("4915");
  expect(readEventSearch({ q: 0 }).q).toBe("0");
});
