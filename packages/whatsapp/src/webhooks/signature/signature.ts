import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { parse, stringify } from "node:querystring";
import type { FormPairs } from "../form-body.ts";

/** The names are Twilio's. An Auth Token signs with SHA-1, a shared key with the algorithm of its Webhook Setting. */
export type SignatureAlgorithm = "HMAC_SHA1" | "HMAC_SHA256";

const HASHES = {
  HMAC_SHA1: { name: "sha1", bytes: 20 },
  HMAC_SHA256: { name: "sha256", bytes: 32 },
} as const;

/**
 * Twilio's signature of a webhook: base64(HMAC(auth token or shared key, URL + each parameter's name and value, sorted by
 * name)). The values of a repeated name are signed once each, sorted. (Twilio docs, "Webhooks security"; official SDKs.)
 */
export function signWebhook(
  secret: string,
  url: string,
  pairs: FormPairs,
  algorithm: SignatureAlgorithm = "HMAC_SHA1",
): string {
  return digest(secret, url + joined(pairs), algorithm).toString("base64");
}

/**
 * The index of the secret that signed this request, or -1. Empty secrets are skipped: anybody can sign with an empty HMAC key.
 */
export function findSigningSecret(
  secrets: readonly string[],
  signature: string,
  url: string,
  pairs: FormPairs,
  algorithm: SignatureAlgorithm = "HMAC_SHA1",
): number {
  const given = Buffer.from(signature, "base64");
  if (given.length !== HASHES[algorithm].bytes || given.toString("base64") !== signature) return -1;
  const parameters = joined(pairs);
  const signs = (form: string) =>
    secrets.findIndex(
      (secret) => secret !== "" && timingSafeEqual(digest(secret, form + parameters, algorithm), given),
    );
  // Twilio nearly always signs the URL as configured. The other forms are tried only if that fails.
  const signer = signs(url);
  if (signer >= 0) return signer;
  for (const form of signedUrlVariants(url)) {
    const other = form === url ? -1 : signs(form);
    if (other >= 0) return other;
  }
  return -1;
}

/** A JSON webhook is signed over its URL alone, which carries the SHA-256 of the body as `bodySHA256`. */
export function matchesBodySha256(url: string, body: Buffer): boolean {
  const expected = new URL(url).searchParams.get("bodySHA256");
  return expected !== null && createHash("sha256").update(body).digest("hex") === expected.toLowerCase();
}

/**
 * The forms of a URL that Twilio's back ends may have signed: as configured, without the port, with the default port. Each form
 * also with the query re-escaped, as some back ends do: an apostrophe as %27, or as Node's legacy `querystring` writes it.
 */
export function signedUrlVariants(url: string): string[] {
  const [, scheme, credentials, host, port, rest] =
    /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#]*@)?)(\[[^\]]*\]|[^/?#:]*)((?::\d*)?)(.*)$/is.exec(url) ?? [];
  if (scheme === undefined) return [url];
  const defaultPort = scheme.toLowerCase() === "https://" ? ":443" : ":80";
  const end = rest ?? "";
  const query = end.indexOf("?") + 1;
  const rests = [end];
  if (query > 0) {
    rests.push(end.slice(0, query) + end.slice(query).replaceAll("'", "%27"));
    rests.push(end.slice(0, query) + stringify(parse(end.slice(query))));
  }
  const forms = rests.flatMap((written) =>
    [port, "", port || defaultPort].map((chosen) => `${scheme}${credentials}${host}${chosen}${written}`),
  );
  return [...new Set(forms)];
}

function digest(secret: string, message: string, algorithm: SignatureAlgorithm): Buffer {
  return createHmac(HASHES[algorithm].name, secret).update(message, "utf8").digest();
}

function joined(pairs: FormPairs): string {
  const sorted = pairs.toSorted(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  let text = "";
  sorted.forEach(([name, value], index) => {
    const earlier = sorted[index - 1];
    if (earlier?.[0] !== name || earlier[1] !== value) text += name + value;
  });
  return text;
}

/** By UTF-16 code unit: upper case first, as Twilio sorts. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
