import { PassThrough, type Writable } from "node:stream";
import { httpStatusOf, trpcCodeOf } from "@waystation/api/error-codes";
import { describeFirstIssue, prefixFieldName } from "@waystation/api/input-errors";
import { expect, test } from "vitest";
import { z } from "zod";
import { plausibleProcedureCalls } from "../testing/plausible-inputs.ts";
import { awaitDrain } from "./await-drain.ts";

test("one table says how an error is answered, over every route", () => {
  expect([trpcCodeOf("disconnected"), httpStatusOf("disconnected")]).toEqual(["CONFLICT", 409]);
  expect([trpcCodeOf("twilio_rate_limited"), httpStatusOf("twilio_rate_limited")]).toEqual([
    "TOO_MANY_REQUESTS",
    429,
  ]);
  expect([trpcCodeOf("twilio_unreachable"), httpStatusOf("twilio_unreachable")]).toEqual([
    "BAD_GATEWAY",
    502,
  ]);
  expect([trpcCodeOf("window_closed"), httpStatusOf("window_closed")]).toEqual(["BAD_REQUEST", 400]);
  expect(httpStatusOf("media_gone")).toBe(410);
});

test("what is wrong with an input is a sentence that names its field", () => {
  let sentences = 0;
  for (const { path, required, optional, input } of plausibleProcedureCalls)
    for (const name of [...required, ...optional]) {
      const wrong = input?.safeParse({ [name]: Symbol.iterator });
      const issue = wrong?.error?.issues.find((one) => one.path[0] === name);
      if (!wrong?.error || !issue) continue;
      const { message, field } = describeFirstIssue(new z.ZodError([issue]));
      const sentence = prefixFieldName(message, field);
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
    const waiting = awaitDrain(stream);
    stream.emit("drain");
    await waiting;
  }
  expect([stream.listenerCount("drain"), stream.listenerCount("close")]).toEqual([
    new PassThrough().listenerCount("drain"),
    new PassThrough().listenerCount("close"),
  ]);
});
