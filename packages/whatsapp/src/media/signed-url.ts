import { createHmac, timingSafeEqual } from "node:crypto";
import type { Installation } from "@waystation/core/context";

/** Longer than a message can wait at Twilio before Twilio fetches its file (four hours). */
const VALID_SECONDS = 6 * 60 * 60;

type Signer = Pick<Installation, "linkSecret" | "publicUrl">;

/** The URL where Twilio fetches an outgoing file. Grants access to this file until it expires. */
export function signMediaUrl(platform: Signer, fileId: string, now = Date.now()): string {
  const expires = String(Math.floor(now / 1000) + VALID_SECONDS);
  const query = new URLSearchParams({ expires, signature: mac(platform, fileId, expires).toString("hex") });
  return `${platform.publicUrl}/api/media/${fileId}?${query}`;
}

/** Whether this server signed the URL and the URL has not expired. */
export function hasValidSignature(
  platform: Signer,
  fileId: string,
  expires: string,
  signature: string,
  now = Date.now(),
): boolean {
  if (!/^\d{1,12}$/.test(expires) || !/^[0-9a-f]{64}$/.test(signature)) return false;
  const isOurs = timingSafeEqual(Buffer.from(signature, "hex"), mac(platform, fileId, expires));
  return isOurs && Number(expires) * 1000 > now;
}

function mac({ linkSecret }: Signer, fileId: string, expires: string): Buffer {
  return createHmac("sha256", linkSecret).update(`media|${fileId}|${expires}`).digest();
}
