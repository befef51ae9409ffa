import { expect, test } from "vitest";
import { cannedReplyQuery, fillPlaceholders, searchCannedReplies } from "./canned-replies.ts";

const replies = [
  ["bye", "Thank you for writing"],
  ["opening-hours", "Ten to four"],
  ["thanks", "You are welcome"],
].map(([shortcut = "", body = ""]) => ({ id: shortcut, shortcut, body }));
const found = (begun: string) => searchCannedReplies(replies, begun).map(({ shortcut }) => shortcut);

test("a slash begins a shortcut only where the message begins", () => {
  expect(["/", "/th", "/thank you"].map(cannedReplyQuery)).toEqual(["", "th", "thank you"]);
  for (const text of ["", "th", "a /th", "/th\n", "/a/b", " /th"]) expect(cannedReplyQuery(text)).toBeNull();
});

test("finds by shortcut first, then by text", () => {
  expect(found("")).toEqual(["bye", "opening-hours", "thanks"]);
  expect(found("THANK")).toEqual(["thanks", "bye"]);
  expect(found("hours")).toEqual(["opening-hours"]);
  expect(found("nothing")).toEqual([]);
});

test("fills in the name, whatever it is, and does without one", () => {
  expect(fillPlaceholders("Hello {name}, dear {name}", { name: "Zoë $&" })).toBe("Hello Zoë $&, dear Zoë $&");
  expect(fillPlaceholders("Hello {name}, {other}", { name: null })).toBe("Hello, {other}");
  expect(fillPlaceholders("{name}, hello", { name: null })).toBe("hello");
});
