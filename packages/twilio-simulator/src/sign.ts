import { createHmac } from "node:crypto";

/** Name and value as they go over the wire; a name may come more than once. */
export type Params = [name: string, value: string][];

/** The URL as Twilio signs it: without `user:password@` and without the fragment (Twilio docs, Webhooks security; Connection overrides). */
export function signedUrl(url: string): string {
  return url.replace(/#.*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?@]*@/i, "$1");
}

/** base64(HMAC-SHA1(auth token, URL + every parameter sorted by name as name + value)) (Twilio docs, Webhooks security). */
export function sign(authToken: string, url: string, params: Params): string {
  const names = [...new Set(params.map(([name]) => name))].sort();
  const text = names.map((name) => {
    const values = new Set(params.filter(([other]) => other === name).map(([, value]) => value));
    return [...values]
      .sort()
      .map((value) => name + value)
      .join("");
  });
  return createHmac("sha1", authToken)
    .update(signedUrl(url) + text.join(""), "utf8")
    .digest("base64");
}
