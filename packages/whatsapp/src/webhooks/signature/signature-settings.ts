/** Twilio sends this header when a shared key signed the webhook: `key=<id>,algorithm=HMAC_SHA256`. */
export const SETTINGS_HEADER = "x-twilio-webhooks-signature-settings";

const MAX_LENGTH = 1_000;
const KEY_ID = /^[\w.-]{1,100}$/;

interface SignatureSettings {
  /** Null where the header names no key or several. */
  keyId: string | null;
  /** The algorithm in the header, which is not signed. Use it in an explanation, never to choose the hash. */
  algorithm: string | null;
}

/** Null when the header is missing or empty; then the Auth Token applies. */
export function readSignatureSettings(header: string | undefined): SignatureSettings | null {
  if (header === undefined || header.trim() === "") return null;
  if (header.length > MAX_LENGTH) return { keyId: null, algorithm: null };
  const parts = header.split(/[,;]/).map(readPart);
  const keyId = single(parts, "key");
  return {
    keyId: keyId !== null && KEY_ID.test(keyId) ? keyId : null,
    algorithm: single(parts, "algorithm")?.toUpperCase() ?? null,
  };
}

function readPart(part: string): [name: string, value: string] {
  const equals = part.indexOf("=");
  if (equals < 0) return ["", part];
  const value = part.slice(equals + 1).trim();
  const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  return [part.slice(0, equals).trim().toLowerCase(), isQuoted ? value.slice(1, -1).trim() : value];
}

/** The value of a repeated name; null if its values differ. */
function single(parts: [string, string][], wanted: string): string | null {
  const values = new Set(parts.flatMap(([name, value]) => (name === wanted ? [value] : [])));
  const [value] = values;
  return values.size === 1 && value !== undefined ? value : null;
}
