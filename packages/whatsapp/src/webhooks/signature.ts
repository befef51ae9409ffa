import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { parse, stringify } from "node:querystring";
import type { FormPairs } from "./form.ts";

/**
 * Twilio's signature of a webhook: base64(HMAC-SHA1(auth token, URL + each parameter's name and value, sorted by name)).
 * The values of a repeated name are signed once each, sorted. (Twilio docs, "Webhooks security"; official SDKs.)
 */
export function sign(authToken: string, url: string, pairs: FormPairs): string {
  return digest(authToken, url + joined(pairs)).toString("base64");
}

/**
 * Whether one of the tokens signed this request; answers which, by its index, or -1. An empty token signs nothing: as an
 * HMAC key it would let anybody in.
 */
export function signingToken(
  tokens: readonly string[],
  signature: string,
  url: string,
  pairs: FormPairs,
): number {
  const given = Buffer.from(signature, "base64");
  if (given.length !== 20 || given.toString("base64") !== signature) return -1;
  const parameters = joined(pairs);
  const signs = (form: string) =>
    tokens.findIndex((token) => token !== "" && timingSafeEqual(digest(token, form + parameters), given));
  // Nearly always the URL is signed as it is configured; the other forms are looked at when it is not.
  const signer = signs(url);
  if (signer >= 0) return signer;
  for (const form of urlForms(url)) {
    const other = form === url ? -1 : signs(form);
    if (other >= 0) return other;
  }
  return -1;
}

/** A JSON webhook is signed over its URL alone, which carries the SHA-256 of the body as `bodySHA256`. */
export function bodyMatches(url: string, body: Buffer): boolean {
  const expected = new URL(url).searchParams.get("bodySHA256");
  return expected !== null && createHash("sha256").update(body).digest("hex") === expected.toLowerCase();
}

/**
 * The forms in which Twilio's back ends may have signed one URL: as configured, with the port left out, with the default
 * port put in; each also with the query escaped anew (an apostrophe as %27; or as Node's old `querystring` writes it), as some of them do.
 */
export function urlForms(url: string): string[] {
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

function digest(token: string, message: string): Buffer {
  return createHmac("sha1", token).update(message, "utf8").digest();
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
