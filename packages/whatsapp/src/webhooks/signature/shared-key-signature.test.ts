import fc from "fast-check";
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { type FormPairs, formParametersOf } from "../form-body.ts";
import { findSigningSecret, type SignatureAlgorithm, signWebhook } from "./signature.ts";

const SECRET = "shared-key-secret-for-tests";
const URL_ = "https://desk.example.org/webhooks/twilio/whatsapp";
const VECTOR: FormPairs = [
  ["AccountSid", `AC${"a".repeat(32)}`],
  ["Body", "Hi"],
  ["From", "whatsapp:+15005550006"],
  ["To", "whatsapp:+14155550100"],
  ["MessageSid", `SM${"b".repeat(32)}`],
];
const ALGORITHMS: [SignatureAlgorithm, string][] = [
  ["HMAC_SHA1", "sErL//Z+7/uZC58Jf+RNwtPYuN8="],
  ["HMAC_SHA256", "DNNS7+TTMSI6GHk2GV9IVzQvqM9yTY4khnpxvUWh2/I="],
];
/** Generated requests per algorithm that are compared with the official SDK. */
const RUNS = 10_000;

const pair = fc.tuple(
  fc.oneof(
    fc.constantFrom("Body", "From", "To", "MessageSid", "a[b]", "__proto__"),
    fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }),
  ),
  fc.string({ maxLength: 24, unit: "grapheme" }),
);
const pairsArbitrary = fc.array(pair, { maxLength: 8 });
const secretArbitrary = fc.string({ minLength: 8, maxLength: 64 });
const urlArbitrary = fc
  .tuple(
    fc.constantFrom("https://desk.example.org", "https://desk.example.org:8443", "http://10.0.0.1"),
    fc.constantFrom("/api/webhooks/twilio-whatsapp", "/a/b%20c"),
    fc.constantFrom("", "?a=1&b=2", "?q=hello%20world"),
  )
  .map((parts) => parts.join(""));

describe.each(ALGORITHMS)("a shared key with %s", (algorithm, expected) => {
  const other: SignatureAlgorithm = algorithm === "HMAC_SHA1" ? "HMAC_SHA256" : "HMAC_SHA1";

  test("signs the reference vector", () => {
    expect(signWebhook(SECRET, URL_, VECTOR, algorithm)).toBe(expected);
    expect(findSigningSecret([SECRET], expected, URL_, VECTOR, algorithm)).toBe(0);
    expect(twilio.validateRequest(SECRET, expected, URL_, formParametersOf(VECTOR), algorithm)).toBe(true);
  });

  test("never verifies with the other algorithm, another secret or an empty one", () => {
    expect(findSigningSecret([SECRET], expected, URL_, VECTOR, other)).toBe(-1);
    expect(findSigningSecret([`${SECRET}s`], expected, URL_, VECTOR, algorithm)).toBe(-1);
    const unsigned = signWebhook("", URL_, VECTOR, algorithm);
    expect(findSigningSecret([""], unsigned, URL_, VECTOR, algorithm)).toBe(-1);
  });

  test("rejects any one flipped bit, and what is shorter or longer", () => {
    const bytes = Buffer.from(expected, "base64");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(findSigningSecret([SECRET], flipped.toString("base64"), URL_, VECTOR, algorithm)).toBe(-1);
    }
    for (const length of [0, 1, 19, 20, 21, 31, 32, 33, 64]) {
      const given = Buffer.concat([bytes, bytes, bytes, bytes]).subarray(0, length).toString("base64");
      const index = findSigningSecret([SECRET], given, URL_, VECTOR, algorithm);
      expect(index, `${length} bytes`).toBe(length === bytes.length ? 0 : -1);
    }
  });

  test(`agrees with the official SDK on ${RUNS} generated requests, altered ones among them`, () => {
    fc.assert(
      fc.property(
        secretArbitrary,
        urlArbitrary,
        pairsArbitrary,
        pair,
        fc.nat(5),
        (secret, url, pairs, extra, kind) => {
          const signature = signWebhook(
            kind === 1 ? `${secret}x` : secret,
            kind === 2 ? `${url}x` : url,
            kind === 3 ? [...pairs, extra] : pairs,
            kind === 4 ? other : algorithm,
          );
          const theirs = twilio.validateRequest(secret, signature, url, formParametersOf(pairs), algorithm);
          expect(findSigningSecret([secret], signature, url, pairs, algorithm) === 0).toBe(theirs);
          if (kind === 0 || kind === 5) expect(theirs).toBe(true);
        },
      ),
      { numRuns: RUNS },
    );
  });
});
