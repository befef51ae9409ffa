import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import twilio from "twilio";
import { type FormPairs, formParametersOf } from "../form-body.ts";
import { findSigningSecret, signedUrlVariants, signWebhook } from "./signature.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

const pair = fc.tuple(
  fc.oneof(
    fc.constantFrom("Body", "From", "To", "MessageSid", "a[b]", "body", "__proto__", "Äpfel"),
    fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
  ),
  fc.oneof(
    fc.constantFrom("", " ", "whatsapp:+14155550100", "a\u0000b", "\r\n"),
    fc.string({ maxLength: 40, unit: "grapheme" }),
  ),
);
export const pairsArbitrary = fc.array(pair, { maxLength: 12 });
const urlArbitrary = fc
  .record({
    scheme: fc.constantFrom("https", "http"),
    host: fc.constantFrom("desk.example.org", "10.0.0.1", "[2001:db8::1]", "a-b.example"),
    port: fc.constantFrom("", ":443", ":80", ":8443"),
    path: fc.constantFrom("/api/webhooks/twilio-whatsapp", "/", "/x/y%20z", "/double//slash"),
    query: fc.constantFrom("", "?a=1&b=2", "?q=hello%20world", "?x=1&x=2"),
  })
  .map(({ scheme, host, port, path, query }) => `${scheme}://${host}${port}${path}${query}`);

/** Throws if this implementation or the official SDK rejects a signed request. */
export function compareSignedRequests(runs: number): void {
  fc.assert(
    fc.property(urlArbitrary, pairsArbitrary, fc.nat(5), (url, pairs, form) => {
      const forms = signedUrlVariants(url);
      const signature = signWebhook(TOKEN, forms[form % forms.length] ?? url, pairs);
      deepStrictEqual(findSigningSecret([TOKEN], signature, url, pairs), 0);
      deepStrictEqual(twilio.validateRequest(TOKEN, signature, url, formParametersOf(pairs)), true);
    }),
    { numRuns: runs },
  );
}

/** Throws if this implementation and the official SDK disagree on a request that was altered after signing. */
export function compareAlteredRequests(runs: number): void {
  fc.assert(
    fc.property(urlArbitrary, pairsArbitrary, pair, fc.nat(3), (url, pairs, extra, kind) => {
      const altered: FormPairs = kind === 0 ? [...pairs, extra] : kind === 1 ? pairs.slice(1) : pairs;
      const token = kind === 2 ? TOKEN.replace("0", "1") : TOKEN;
      const signature = signWebhook(token, kind === 3 ? `${url}x` : url, pairs);
      const theirs = twilio.validateRequest(TOKEN, signature, url, formParametersOf(altered));
      deepStrictEqual(findSigningSecret([TOKEN], signature, url, altered) === 0, theirs);
    }),
    { numRuns: runs },
  );
}
