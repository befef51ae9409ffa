import { Secret } from "otpauth";
import { afterEach, expect, test, vi } from "vitest";
import { totpStepOf } from "./totp-secret.ts";

afterEach(() => void vi.useRealTimers());

/** RFC 6238, appendix B: the lines of SHA-1, of whose eight digits the last six are ours. */
const VECTORS: [seconds: number, code: string][] = [
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
];
const secret = Secret.fromLatin1("12345678901234567890").base32;

test.each(VECTORS)(
  "at %d seconds the code is %s, and counts 30 seconds before and after too",
  (seconds, code) => {
    const step = Math.floor(seconds / 30);
    vi.useFakeTimers({ toFake: ["Date"] });
    for (const steps of [-1, 0, 1]) {
      vi.setSystemTime((seconds + steps * 30) * 1000);
      expect(totpStepOf(secret, code)).toBe(step);
    }
    for (const steps of [-2, 2]) {
      vi.setSystemTime((seconds + steps * 30) * 1000);
      expect(totpStepOf(secret, code)).toBeNull();
    }
  },
);

test("what is no code is of no step", () => {
  vi.useFakeTimers({ toFake: ["Date"], now: 59_000 });
  for (const text of ["", "28708", "2870820", "287 082", "abcdef", "٢٨٧٠٨٢"])
    expect(totpStepOf(secret, text)).toBeNull();
});
