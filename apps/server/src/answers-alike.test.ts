import { PassThrough, type Writable } from "node:stream";
import { codeOf, statusOf } from "@waystation/api/error-codes";
import { describeFirst, namingField } from "@waystation/api/input-errors";
import { expect, test } from "vitest";
import { z } from "zod";
import { drained } from "./drained.ts";
import { procedures } from "./plausible-inputs-testing.ts";

test("one table says how an error is answered, over every route", () => {
  expect([codeOf("disconnected"), statusOf("disconnected")]).toEqual(["CONFLICT", 409]);
  expect([codeOf("twilio_rate_limited"), statusOf("twilio_rate_limited")]).toEqual([
    "TOO_MANY_REQUESTS",
    429,
  ]);
  expect([codeOf("twilio_unreachable"), statusOf("twilio_unreachable")]).toEqual(["BAD_GATEWAY", 502]);
  expect([codeOf("window_closed"), statusOf("window_closed")]).toEqual(["BAD_REQUEST", 400]);
  expect(statusOf("media_gone")).toBe(410);
});

test("what is wrong with an input is a sentence that names its field", () => {
  let sentences = 0;
  for (const { path, required, optional, input } of procedures)
    for (const name of [...required, ...optional]) {
      const wrong = input?.safeParse({ [name]: Symbol.iterator });
      const issue = wrong?.error?.issues.find((one) => one.path[0] === name);
      if (!wrong?.error || !issue) continue;
      const { message, field } = describeFirst(new z.ZodError([issue]));
      const sentence = namingField(message, field);
      expect.soft(sentence, path).toContain(name);
      expect.soft(sentence, path).toMatch(/[.?]$/);
      expect.soft(sentence, path).not.toMatch(/Invalid|expected|received/);
      sentences += 1;
    }
  expect(sentences).toBeGreaterThan(50);
});

test("waiting for a slow reader leaves no listener behind", async () => {
  const stream: Writable = new PassThrough();
  for (let page = 0; page < 30; page++) {
    const waiting = drained(stream);
    stream.emit("drain");
    await waiting;
  }
  expect([stream.listenerCount("drain"), stream.listenerCount("close")]).toEqual([
    new PassThrough().listenerCount("drain"),
    new PassThrough().listenerCount("close"),
  ]);
});
