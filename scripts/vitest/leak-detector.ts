import crypto from "node:crypto";
import { ServerResponse } from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, afterEach, expect } from "vitest";
import { collectLeaks, registerSecret, scanText } from "../../packages/db/src/testing/leak-detector.ts";

/**
 * Whatever is sealed while a test runs (every credential is, and every second factor's secret), and what the tests' servers
 * and people are told, may come out nowhere: in no answer of ours, no log line and no row.
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
  // Public ids are made of numbers, block by block.
  if (parameters[0] === "aes-128-ecb") return cipher;
  const { update } = cipher;
  cipher.update = ((text: unknown, ...more: never[]) => {
    registerSecret(String(text));
    return (update as (...all: unknown[]) => Buffer).call(cipher, text, ...more);
  }) as typeof update;
  return cipher;
}) as typeof createCipheriv;
syncBuiltinESMExports();

/** These two are asked for a secret. */
const TELLS = /twilioWhatsApp\.testCredentials|secondFactor\.begin/;

for (const name of ["write", "end"] as const) {
  const original = ServerResponse.prototype[name] as (...all: unknown[]) => never;
  ServerResponse.prototype[name] = function (this: ServerResponse, ...parameters: unknown[]) {
    const [chunk] = parameters;
    const url = this.req?.url ?? "";
    // The simulator stands for Twilio, which knows the tokens.
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
