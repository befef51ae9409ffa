import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  INCOMING_STATUS,
  kindOfStatus,
  OTHER_STATUS,
  rawStatusOf,
  statusCodeOf,
  UNKNOWN_STATUS,
} from "./content/event-status.ts";
import { type FormPairs, formParametersOf, parseFormBody } from "./form-body.ts";
import { parseWebhook } from "./parse-webhook.ts";

const ACCOUNT = `AC${"a".repeat(32)}`;
const SID = `SM${"1".repeat(32)}`;
const OURS = "whatsapp:+14155550100";
const THEIRS = "whatsapp:+4915112345678";

function read(parameters: Record<string, string> | [string, string][], isStatusRoute = false) {
  const body = Buffer.from(new URLSearchParams(parameters).toString());
  return parseWebhook(parseFormBody(body) ?? [], body, isStatusRoute);
}

const incoming = {
  AccountSid: ACCOUNT,
  MessageSid: SID,
  SmsMessageSid: SID,
  SmsSid: SID,
  From: THEIRS,
  To: OURS,
  Body: "Hi",
};
const callback = {
  AccountSid: ACCOUNT,
  MessageSid: SID,
  SmsSid: SID,
  MessageStatus: "delivered",
  SmsStatus: "delivered",
  From: OURS,
  To: THEIRS,
};

describe("what kind of webhook it is", () => {
  test("an incoming message, told by SmsStatus=received", () => {
    expect(read({ ...incoming, SmsStatus: "received" })).toMatchObject({
      kind: "message",
      step: INCOMING_STATUS,
      ourAddresses: [OURS],
    });
  });
  test("a photograph without caption is a message: no Body, a status, media", () => {
    const { Body: _, ...photograph } = incoming;
    expect(
      read({ ...photograph, SmsStatus: "received", NumMedia: "1", MediaUrl0: "https://api.twilio.com/x" })
        ?.kind,
    ).toBe("message");
    expect(read({ ...photograph, Body: "", SmsStatus: "received", NumMedia: "1" })?.kind).toBe("message");
  });
  test("a message without any status is a message", () => {
    expect(read(incoming)?.kind).toBe("message");
  });
  test("a status callback with a Body is a status callback", () => {
    expect(read({ ...callback, Body: "Our words" })).toMatchObject({
      kind: "status",
      step: statusCodeOf("delivered"),
      word: null,
      ourAddresses: [OURS, THEIRS],
    });
  });
  test("MessageStatus=received is an incoming message all the same", () => {
    expect(read({ ...incoming, MessageStatus: "received" })?.kind).toBe("message");
  });
  test("on the status route everything about a message is a status callback", () => {
    const { MessageStatus: _, ...bare } = callback;
    expect(read(bare, true)).toMatchObject({ kind: "status", step: statusCodeOf("delivered") });
    expect(read(bare, false)?.kind).toBe("message");
  });
  test("an unknown status word is kept as it is", () => {
    expect(read({ ...callback, MessageStatus: "teleported" })).toMatchObject({
      kind: "status",
      step: OTHER_STATUS,
      word: "teleported",
    });
  });
  test("a sender without a telephone number is a sender", () => {
    expect(read({ ...incoming, From: "whatsapp:US.ABC123def" })?.kind).toBe("message");
  });
  test("what names no message is unknown, keyed by its bytes", () => {
    const one = read({ AccountSid: ACCOUNT, Level: "ERROR", Payload: "{}" });
    expect(one).toMatchObject({ kind: "unknown", step: UNKNOWN_STATUS });
    expect(read({ AccountSid: ACCOUNT, Level: "ERROR", Payload: "{1}" })?.sid).not.toBe(one?.sid);
  });
  test("without an account it is no webhook of anybody", () => {
    expect(read({ MessageSid: SID })).toBeNull();
  });
});

describe("names that are said twice", () => {
  test("with two values, what names the event is refused", () => {
    for (const name of ["AccountSid", "MessageSid", "MessageStatus", "From", "To"])
      expect(read([...Object.entries({ ...callback, SmsSid: SID }), [name, "other"]])).toBeNull();
  });
  test("with the same value it names one event", () => {
    expect(read([...Object.entries(callback), ["MessageSid", SID]])?.kind).toBe("status");
  });
  test("anything else may repeat", () => {
    expect(read([...Object.entries(callback), ["Extra", "1"], ["Extra", "2"]])?.kind).toBe("status");
  });
});

test("one message has one key, however its SID is written", () => {
  const mixed = `SM${"aB".repeat(16)}`;
  expect(read({ ...incoming, MessageSid: mixed })?.sid).toBe(
    read({ ...incoming, MessageSid: `SM${"ab".repeat(16)}` })?.sid,
  );
});

test("every status has a number of its own, and its word back", () => {
  const words =
    "accepted scheduled queued sending sent delivered read partially_delivered undelivered failed canceled".split(
      " ",
    );
  const steps = words.map(statusCodeOf);
  expect(new Set(steps).size).toBe(words.length);
  expect(steps.map(rawStatusOf)).toEqual(words);
  expect(steps.map(kindOfStatus)).toEqual(words.map(() => "status"));
});

describe("flat forms", () => {
  test("brackets, prototypes and repeats are names like any other", () => {
    const pairs = parseFormBody(
      Buffer.from("a[b]=1&__proto__=2&constructor[prototype][x]=3&a[b]=4"),
    ) as FormPairs;
    const parameters = formParametersOf(pairs);
    expect(Object.keys(parameters)).toEqual(["a[b]", "__proto__", "constructor[prototype][x]"]);
    expect(parameters["a[b]"]).toEqual(["1", "4"]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });
  test.each([
    ["empty", ""],
    ["a name too long", `${"a".repeat(129)}=1`],
    ["a value too long", `a=${"b".repeat(16_385)}`],
    ["too many pairs", Array.from({ length: 201 }, (_, i) => `p${i}=1`).join("&")],
    ["no name", "=1"],
  ])("%s is malformed", (_name, body) => {
    expect(parseFormBody(Buffer.from(body))).toBeNull();
  });
  test("NUL, broken UTF-8 and lone surrogates parse", () => {
    expect(parseFormBody(Buffer.from("Body=a%00b&X=%FF%FE&Y=%ED%A0%80"))?.length).toBe(3);
  });
});

describe("collected payloads", () => {
  test.each([
    ["incoming-messages.json", "message", 38],
    ["status-callbacks.json", "status", 15],
  ])("%s are all of kind %s", (file, kind, count) => {
    const payloads: { name: string; params: Record<string, string>; rawBody?: string }[] = JSON.parse(
      readFileSync(new URL(`../../../../fixtures/twilio/${file}`, import.meta.url), "utf8"),
    );
    expect(payloads.length).toBe(count);
    for (const { name, params, rawBody } of payloads) {
      const body = Buffer.from(rawBody ?? new URLSearchParams(params).toString());
      const pairs = parseFormBody(body);
      const webhook = parseWebhook(
        [["AccountSid", ACCOUNT], ...(pairs ?? []).filter(([key]) => key !== "AccountSid")],
        body,
        false,
      );
      const hasSid = /^[A-Z]{2}[0-9a-f]{32}$/i.test(
        params.MessageSid ?? params.SmsMessageSid ?? params.SmsSid ?? "",
      );
      expect([name, webhook?.kind]).toEqual([name, hasSid ? kind : "unknown"]);
    }
  });
});
