import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readKeyring, type SealContext, SealError, seal, sealKeyIdOf, unseal } from "./credentials.ts";

const first = randomBytes(32).toString("base64");
const second = randomBytes(32).toString("base64");
const place: SealContext = { organizationId: "o", connectionId: "c", field: "auth_token" };

describe("a sealed credential", () => {
  const ring = readKeyring(first);
  test("opens to what was sealed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (secret) => {
        expect(unseal(ring, place, seal(ring, place, secret))).toBe(secret.toWellFormed());
      }),
    );
  });
  test("never looks the same twice, and never holds the secret", () => {
    const [a, b] = [seal(ring, place, "secret-canary"), seal(ring, place, "secret-canary")];
    expect(a).not.toBe(b);
    expect(a).not.toContain("secret-canary");
  });
  test("does not open in another organisation, connection or field", () => {
    const sealed = seal(ring, place, "secret");
    for (const other of [
      { organizationId: "p" },
      { connectionId: "d" },
      { field: "api_key_secret" as const },
    ])
      expect(() => unseal(ring, { ...place, ...other }, sealed)).toThrow(SealError);
  });
  test("does not open with any one bit flipped", () => {
    const sealed = seal(ring, place, "0123456789abcdef");
    for (let index = 0; index < sealed.length; index++) {
      for (let bit = 0; bit < 7; bit++) {
        const altered =
          sealed.slice(0, index) +
          String.fromCharCode(sealed.charCodeAt(index) ^ (1 << bit)) +
          sealed.slice(index + 1);
        expect(() => unseal(ring, place, altered)).toThrow(SealError);
      }
    }
  });
  test("opens with an older key of the ring, and not without it", () => {
    const sealed = seal(ring, place, "secret");
    const rotated = readKeyring(`${second}, ${first}`);
    expect(unseal(rotated, place, sealed)).toBe("secret");
    expect(sealKeyIdOf(seal(rotated, place, "secret"))).toBe(rotated.keys[0]?.id);
    expect(() => unseal(readKeyring(second), place, sealed)).toThrow(SealError);
  });
});

test.each([
  ["no key", " , "],
  ["a short key", randomBytes(16).toString("base64")],
  ["a key of one byte", Buffer.alloc(32, 7).toString("base64")],
  ["zeros", Buffer.alloc(32).toString("base64")],
  ["words", "correct horse battery staple"],
])("%s is refused", (_name, text) => {
  expect(() => readKeyring(text)).toThrow();
});
