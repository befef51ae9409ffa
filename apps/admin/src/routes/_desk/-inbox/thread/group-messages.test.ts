import { expect, test } from "vitest";
import type { ThreadMessage, ThreadNote } from "../queries.ts";
import { groupMessagesByDay } from "./group-messages.ts";

const at = (second: number) => new Date(Date.UTC(2026, 10, 3, 12, 0, second)).toISOString();
const message = (id: string, second: number) =>
  ({ id, createdAt: at(second), direction: "in", author: null }) as ThreadMessage;
const note = (id: string, second: number) => ({ id, createdAt: at(second), author: "Ada" }) as ThreadNote;
const keys = (newestFirst: ThreadMessage[], oldestNotes: ThreadNote[]) =>
  groupMessagesByDay(newestFirst, oldestNotes, [], "me").flatMap((day) => day.rows.map((row) => row.key));

test("notes stand among the messages where they were written, whatever the ids look like", () => {
  const messages = [message("0a", 30), message("ff", 20), message("7c", 10)];
  expect(keys(messages, [note("ee", 5), note("00", 15), note("b1", 40)])).toEqual([
    "ee",
    "7c",
    "00",
    "ff",
    "0a",
    "b1",
  ]);
  expect(keys(messages, [])).toEqual(["7c", "ff", "0a"]);
  expect(keys([], [note("b", 1), note("a", 2)])).toEqual(["b", "a"]);
});

test("messages keep the server's order where their times do not rise", () => {
  const messages = [message("later", 10), message("earlier", 11)];
  expect(keys(messages, [note("note", 10)])).toEqual(["note", "earlier", "later"]);
});
