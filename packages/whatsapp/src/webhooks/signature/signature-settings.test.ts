import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSignatureSettings } from "./signature-settings.ts";

const KEY = "webhooks_sharedkey_01abcdefghijklmnopqrstuvwx";
const named = { keyId: KEY, algorithm: "HMAC_SHA256" };
const nothing = { keyId: null, algorithm: null };

describe("X-Twilio-Webhooks-Signature-Settings", () => {
  test.each([
    ["as Twilio writes it", `key=${KEY},algorithm=HMAC_SHA256`, named],
    ["in the other order", `algorithm=HMAC_SHA256,key=${KEY}`, named],
    ["with spaces", `  key = ${KEY} ,\talgorithm =  HMAC_SHA256 `, named],
    ["names in another case", `KEY=${KEY},Algorithm=hmac_sha256`, named],
    ["quoted", `key="${KEY}", algorithm="HMAC_SHA256"`, named],
    ["with semicolons", `key=${KEY}; algorithm=HMAC_SHA256;`, named],
    [
      "sent twice, as Node joins it",
      `key=${KEY},algorithm=HMAC_SHA256, key=${KEY},algorithm=HMAC_SHA256`,
      named,
    ],
    ["with more than we know", `v=2,key=${KEY},zone=us1,algorithm=HMAC_SHA256`, named],
    ["without an algorithm", `key=${KEY}`, { keyId: KEY, algorithm: null }],
    ["with an algorithm that nobody knows", `key=${KEY},algorithm=md5`, { keyId: KEY, algorithm: "MD5" }],
    ["with two keys", `key=${KEY},key=another`, nothing],
    [
      "with two algorithms",
      `key=${KEY},algorithm=HMAC_SHA1,algorithm=HMAC_SHA256`,
      { keyId: KEY, algorithm: null },
    ],
    ["without a key", "algorithm=HMAC_SHA1", { keyId: null, algorithm: "HMAC_SHA1" }],
    ["with an empty key", "key=,algorithm=", { keyId: null, algorithm: "" }],
    ["with a key of other characters", `key=../${KEY}`, nothing],
    ["one word", "garbage", nothing],
    ["only separators", ",,=;=,", nothing],
    ["a prototype's name", "__proto__=x,constructor=y", nothing],
    ["too long", `key=${KEY}${",x=y".repeat(300)}`, nothing],
    ["a long key", `key=${"k".repeat(101)}`, nothing],
  ])("%s", (_name, header, expected) => {
    expect(readSignatureSettings(header)).toEqual(expected);
  });

  test.each([
    ["absent", undefined],
    ["empty", ""],
    ["blank", " \t "],
  ])("%s: the Auth Token applies", (_name, header) => {
    expect(readSignatureSettings(header)).toBeNull();
  });

  test("no header breaks it, and a key is never made up", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1_200 }), (header) => {
        const settings = readSignatureSettings(header);
        if (settings?.keyId) expect(header).toContain(settings.keyId);
      }),
      { numRuns: 5_000 },
    );
  });
});
