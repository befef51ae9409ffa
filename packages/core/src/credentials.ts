import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

/**
 * Sealed credentials: `s1.<key id>.<nonce>.<ciphertext>.<tag>`, base64url, AES-256-GCM.
 * The additional data binds a seal to its organisation, connection and field: moved elsewhere it does not open.
 */
export interface Keyring {
  /** The first seals, all open. */
  keys: readonly SealingKey[];
}

interface SealingKey {
  /** The first 8 hex digits of the key's SHA-256. */
  id: string;
  bytes: Buffer;
}

export interface SealContext {
  organizationId: string;
  connectionId: string;
  field: "auth_token" | "auth_token_next" | "api_key_secret" | "totp_secret" | SharedKeyField;
}

type SharedKeyField = `shared_key:${string}`;

/** With Twilio's id of the key in it: sealed for one key, a secret does not open as another's. */
export function sharedKeyField(keyId: string): SharedKeyField {
  return `shared_key:${keyId}`;
}

/** The seal cannot be opened: an unknown key, another place, or altered. Never a reason to accept anything. */
export class SealError extends Error {
  override name = "SealError";
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Reads base64 keys of 32 bytes, separated by commas or blanks. Throws a sentence for the operator. */
export function readKeyring(text: string): Keyring {
  const keys = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((encoded) => sealingKey(Buffer.from(encoded, "base64"), encoded));
  if (keys.length === 0) throw new Error("ENCRYPTION_KEYS holds no key.");
  return { keys };
}

export function sealingKey(bytes: Buffer, encoded = bytes.toString("base64")): SealingKey {
  if (bytes.length !== KEY_BYTES)
    throw new Error(
      `An encryption key must be 32 random bytes in base64; one has ${bytes.length}. Make one with: openssl rand -base64 32`,
    );
  if (new Set(bytes).size < 8 || encoded.startsWith("AAAA"))
    throw new Error("An encryption key is not random. Make one with: openssl rand -base64 32");
  return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), bytes };
}

export function seal(keyring: Keyring, place: SealContext, secret: string): string {
  const key = keyring.keys[0];
  if (!key) throw new SealError("The keyring is empty.");
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additionalData(place));
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return [
    "s1",
    key.id,
    ...[nonce, sealed, cipher.getAuthTag()].map((part) => part.toString("base64url")),
  ].join(".");
}

export function unseal(keyring: Keyring, place: SealContext, sealed: string): string {
  const [version, keyId, nonce, text, tag, ...rest] = sealed.split(".");
  if (version !== "s1" || !nonce || text === undefined || !tag || rest.length > 0)
    throw new SealError("This is not a sealed credential.");
  const key = keyring.keys.find((candidate) => candidate.id === keyId);
  if (!key) throw new SealError(`Sealed with key ${keyId}, which is not in the keyring.`);
  try {
    const decipher = createDecipheriv("aes-256-gcm", key.bytes, bytes(nonce), { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(place));
    decipher.setAuthTag(bytes(tag));
    return Buffer.concat([decipher.update(bytes(text)), decipher.final()]).toString("utf8");
  } catch {
    throw new SealError("The sealed credential was altered, or belongs elsewhere.");
  }
}

/** Which key a seal needs, without opening it. */
export function sealKeyIdOf(sealed: string): string {
  return sealed.split(".")[1] ?? "";
}

function additionalData(place: SealContext): Buffer {
  return Buffer.from(["s1", place.organizationId, place.connectionId, place.field].join("|"));
}

/** Strict base64url: a decoder that skips unknown characters would let altered seals pass as the same one. */
function bytes(part: string): Buffer {
  const decoded = Buffer.from(part, "base64url");
  if (decoded.toString("base64url") !== part) throw new SealError("Not base64url.");
  return decoded;
}
