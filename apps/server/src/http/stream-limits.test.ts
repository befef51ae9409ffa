import type { AuthenticatedViewer } from "@waystation/api/trpc";
import { expect, test } from "vitest";
import { createStreamLimits } from "./stream-limits.ts";

/** Opens streams named by their session and a number, and notes which are closed. */
function open(perSession?: number, perUser?: number) {
  const limits = createStreamLimits(perSession, perUser);
  const closed: string[] = [];
  return {
    closed,
    add: (userId: string, sessionId: string, name: string) =>
      limits.add({ userId, sessionId } as AuthenticatedViewer, () => void closed.push(name)),
    addForKey: (userId: string, keyId: string, name: string) =>
      limits.add({ userId, keyId } as AuthenticatedViewer, () => void closed.push(name)),
  };
}

test("the ninth stream of a session closes its oldest one, and no other session's", () => {
  const { closed, add } = open();
  add("ada", "elsewhere", "elsewhere");
  for (let n = 1; n <= 8; n++) add("ada", "here", `here ${n}`);
  expect(closed).toEqual([]);
  add("ada", "here", "here 9");
  add("ada", "here", "here 10");
  expect(closed).toEqual(["here 1", "here 2"]);
});

test("the twenty-first stream of a user closes the oldest one of all their sessions, and nobody else's", () => {
  const { closed, add } = open();
  add("mia", "hers", "hers");
  for (let n = 1; n <= 20; n++) add("ada", `session ${n}`, `stream ${n}`);
  expect(closed).toEqual([]);
  add("ada", "session 21", "stream 21");
  add("ada", "session 1", "stream 22");
  expect(closed).toEqual(["stream 1", "stream 2"]);
});

test("a session at its limit gives up its own stream, though the user has older ones", () => {
  const { closed, add } = open(2, 3);
  add("ada", "phone", "phone");
  add("ada", "here", "here 1");
  add("ada", "here", "here 2");
  add("ada", "here", "here 3");
  expect(closed).toEqual(["here 1"]);
});

test("a stream that has ended does not count, and is not closed", () => {
  const { closed, add, addForKey } = open(2, 4);
  const remove = add("ada", "here", "first");
  add("ada", "here", "second");
  remove();
  remove();
  add("ada", "here", "third");
  expect(closed).toEqual([]);
  add("ada", "here", "fourth");
  expect(closed).toEqual(["second"]);
  for (const name of ["key 1", "key 2", "key 3"]) addForKey("ada", "key", name);
  expect(closed).toEqual(["second", "key 1"]);
});
