import { createHmac } from "node:crypto";

/** Decoded names and values, in the order sent. A name can occur more than once. */
export type SignedParams = [name: string, value: string][];

/**
 * The URL as Twilio signs it: without `user:password@` and the fragment (Twilio docs, Webhooks security; Connection overrides).
 */
export function urlWithSignature(url: string): string {
  return url.replace(/#.*$/s, "").replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?@]*@/i, "$1");
}

export const SIMULATOR_SIGNATURE_ALGORITHMS = ["HMAC_SHA1", "HMAC_SHA256"] as const;
export type SimulatorSignatureAlgorithm = (typeof SIMULATOR_SIGNATURE_ALGORITHMS)[number];

/**
 * base64(HMAC(secret, URL + every parameter, sorted by name, as name + value)). The secret is the Auth Token, with SHA-1
 * (Twilio docs, Webhooks security), or a shared key, with the algorithm of its setting (Twilio docs, Sign webhooks with shared
 * keys).
 */
export function signSimulatorWebhook(
  secret: string,
  url: string,
  params: SignedParams,
  algorithm: SimulatorSignatureAlgorithm = "HMAC_SHA1",
): string {
  const names = [...new Set(params.map(([name]) => name))].sort();
  const text = names.map((name) => {
    const values = new Set(params.filter(([other]) => other === name).map(([, value]) => value));
    return [...values]
      .sort()
      .map((value) => name + value)
      .join("");
  });
  return createHmac(algorithm === "HMAC_SHA256" ? "sha256" : "sha1", secret)
    .update(urlWithSignature(url) + text.join(""), "utf8")
    .digest("base64");
}
