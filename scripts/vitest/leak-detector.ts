import crypto from "node:crypto";
import { ServerResponse } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, afterEach, expect } from "vitest";
import { collectLeaks, registerSecret, scanText } from "../../packages/db/src/testing/leak-detector.ts";

/**
 * Detects leaked secrets: everything encrypted during a test (all credentials and second-factor secrets), and the secrets of
 * the test servers and users. None may appear in a response, a log line or a row.
 */
for (const secret of [
  "only-for-these-tests-0123456789abcdef",
  "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
  "not a secret outside of this test 7tq2",
  "a password nobody guesses",
  "correct horse battery",
])
  registerSecret(secret);

const { createCipheriv } = crypto;
crypto.createCipheriv = ((...parameters: Parameters<typeof createCipheriv>) => {
  const cipher = createCipheriv(...parameters);
  // This cipher encrypts numbers into public IDs, not secrets.
  if (parameters[0] === "aes-128-ecb") return cipher;
  const { update } = cipher;
  cipher.update = ((text: unknown, ...more: never[]) => {
    registerSecret(String(text));
    return (update as (...all: unknown[]) => Buffer).call(cipher, text, ...more);
  }) as typeof update;
  return cipher;
}) as typeof createCipheriv;
syncBuiltinESMExports();

/** These two procedures return a secret on purpose. */
const TELLS = /twilioWhatsApp\.testCredentials|secondFactor\.begin/;

for (const name of ["write", "end"] as const) {
  const original = ServerResponse.prototype[name] as (...all: unknown[]) => never;
  ServerResponse.prototype[name] = function (this: ServerResponse, ...parameters: unknown[]) {
    const [chunk] = parameters;
    const url = this.req?.url ?? "";
    // Skips the simulator: like Twilio, it may return tokens.
    if (this.req?.headers.host && (typeof chunk === "string" || chunk instanceof Uint8Array) && isOurs(url))
      scanText(`the answer to ${url.split("?")[0]}`, Buffer.from(chunk).toString("latin1"));
    return original.apply(this, parameters);
  } as never;
}

function isOurs(url: string): boolean {
  return url.startsWith("/api/") && !TELLS.test(url);
}

for (const end of [afterEach, afterAll])
  end(() => {
    expect(collectLeaks(), "secrets that came out").toEqual([]);
  });
