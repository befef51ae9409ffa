import crypto, { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import fc from "fast-check";
import twilio from "twilio";
import { describe, expect, test } from "vitest";
import { type FormPairs, parseFormBody } from "../form-body.ts";
import { findSigningSecret, matchesBodySha256, signWebhook } from "./signature.ts";
import { compareAlteredRequests, compareSignedRequests, pairsArbitrary } from "./testing-generated.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const URL_ = "https://desk.example.org/api/webhooks/twilio-whatsapp";

const vectorsFile = new URL("../../../../../fixtures/twilio/signature-vectors.json", import.meta.url);

interface Vector {
  name: string;
  url: string;
  params: Record<string, string | string[]> | null;
  rawBody?: string;
  headers: Record<string, string>;
  authToken: string;
  valid: boolean;
}

function judge(vector: Vector): boolean {
  const signature = vector.headers["X-Twilio-Signature"] ?? "";
  const isJson = vector.headers["Content-Type"]?.startsWith("application/json") ?? false;
  const body = Buffer.from(vector.rawBody ?? "");
  const pairs: FormPairs = isJson
    ? []
    : Object.entries(vector.params ?? {}).flatMap(([name, value]) =>
        [value].flat().map((one): [string, string] => [name, one]),
      );
  if (isJson && !matchesBodySha256(vector.url, body)) return false;
  return findSigningSecret([vector.authToken], signature, vector.url, pairs) === 0;
}

test("the worked example of Twilio's documentation", () => {
  const pairs: FormPairs = [
    ["To", "+18005551212"],
    ["From", "+14158675310"],
    ["Caller", "+14158675310"],
    ["Digits", "1234"],
    ["CallSid", "CA1234567890ABCDE"],
  ];
  expect(signWebhook("12345", "https://example.com/myapp.php?foo=1&bar=2", pairs)).toBe(
    "L/OH5YylLD5NRKLltdqwSvS0BnU=",
  );
});

describe("the collected vectors", () => {
  const vectors: Vector[] = JSON.parse(readFileSync(vectorsFile, "utf8"));
  test("there are 44 valid and 7 rejected ones", () => {
    expect([vectors.filter((v) => v.valid).length, vectors.filter((v) => !v.valid).length]).toEqual([44, 7]);
  });
  test.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_name, vector) => {
    expect(judge(vector)).toBe(vector.valid);
  });
});

/** Generated requests per comparison with the official SDK. `pnpm fuzz` runs 50,000. */
const RUNS = 2_000;

describe("against the official SDK", () => {
  test(`agrees on ${RUNS} generated requests that are signed`, () => {
    compareSignedRequests(RUNS);
  });

  test(`agrees on ${RUNS} generated requests that were altered after signing`, () => {
    compareAlteredRequests(RUNS);
  });

  test("survives the wire: a body as Twilio encodes it verifies after parsing", () => {
    fc.assert(
      fc.property(
        pairsArbitrary.filter((pairs) => pairs.length > 0),
        (pairs) => {
          const body = Buffer.from(new URLSearchParams(pairs).toString());
          const wellFormed = pairs.map(([name, value]): [string, string] => [
            name.toWellFormed(),
            value.toWellFormed(),
          ]);
          expect(
            findSigningSecret([TOKEN], signWebhook(TOKEN, URL_, wellFormed), URL_, parseFormBody(body) ?? []),
          ).toBe(0);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe("what the SDK gets wrong", () => {
  const pairs: FormPairs = [["Body", "hello"]];
  test("an empty token never accepts, though the SDK would", () => {
    const signature = signWebhook("", URL_, pairs);
    expect(twilio.validateRequest("", signature, URL_, { Body: "hello" })).toBe(true);
    expect(findSigningSecret([""], signature, URL_, pairs)).toBe(-1);
    expect(findSigningSecret(["", TOKEN], signature, URL_, pairs)).toBe(-1);
    expect(findSigningSecret([], signature, URL_, pairs)).toBe(-1);
  });
  test("an apostrophe in the URL verifies, signed as it stands and escaped", () => {
    const url = "https://desk.example.org/it's/here?Body=It's+fine";
    expect(findSigningSecret([TOKEN], signWebhook(TOKEN, url, pairs), url, pairs)).toBe(0);
    const escaped = "https://desk.example.org/it's/here?Body=It%27s+fine";
    expect(findSigningSecret([TOKEN], signWebhook(TOKEN, escaped, pairs), url, pairs)).toBe(0);
  });
  test("another casing of the host does not verify", () => {
    const signature = signWebhook(TOKEN, "https://desk.example.org/x", pairs);
    expect(findSigningSecret([TOKEN], signature, "https://Desk.example.org/x", pairs)).toBe(-1);
  });
});

describe("the signature header", () => {
  const pairs: FormPairs = [["Body", "hello"]];
  const signature = signWebhook(TOKEN, URL_, pairs);
  test("both slots verify, and it says which", () => {
    const next = "fedcba9876543210fedcba9876543210";
    expect(findSigningSecret([TOKEN, next], signature, URL_, pairs)).toBe(0);
    expect(findSigningSecret([TOKEN, next], signWebhook(next, URL_, pairs), URL_, pairs)).toBe(1);
  });
  test.each([
    ["nothing", ""],
    ["not base64", "%%%"],
    ["too short", signature.slice(0, 20)],
    ["a prefix added", `A${signature}`],
    ["a blank added", `${signature} `],
    ["base64url", signature.replaceAll("+", "-").replaceAll("/", "_").replace("=", "")],
  ])("%s is refused", (_name, header) => {
    expect(findSigningSecret([TOKEN], header, URL_, pairs)).toBe(-1);
  });
  test("any one bit flipped in it is refused", () => {
    const bytes = Buffer.from(signature, "base64");
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(findSigningSecret([TOKEN], flipped.toString("base64"), URL_, pairs)).toBe(-1);
    }
  });
});

test("one that is nearly right costs the same work as one that is all wrong", () => {
  const pairs: FormPairs = [["Body", "Hi"]];
  const right = createHmac("sha1", TOKEN).update(`${URL_}BodyHi`).digest();
  const { timingSafeEqual, createHmac: makeHmac } = crypto;
  let compared: [number, number][] = [];
  let digests = 0;
  crypto.timingSafeEqual = (a, b) => {
    compared.push([a.byteLength, b.byteLength]);
    return timingSafeEqual(a, b);
  };
  crypto.createHmac = (...parameters) => {
    digests += 1;
    return makeHmac(...parameters);
  };
  syncBuiltinESMExports();
  try {
    // Forged signatures with the first `count` bytes correct.
    const work = [0, 1, 10, 19].map((count) => {
      const forged = Buffer.from(right.map((byte, index) => (index < count ? byte : byte ^ 1)));
      compared = [];
      digests = 0;
      expect(findSigningSecret([TOKEN, "f".repeat(32)], forged.toString("base64"), URL_, pairs)).toBe(-1);
      return { digests, compared };
    });
    const compares = Array.from({ length: work[0]?.digests ?? 0 }, () => [20, 20]);
    expect(compares.length).toBeGreaterThanOrEqual(2);
    expect(work).toEqual(work.map(() => ({ digests: compares.length, compared: compares })));
  } finally {
    Object.assign(crypto, { timingSafeEqual, createHmac: makeHmac });
    syncBuiltinESMExports();
  }
});
