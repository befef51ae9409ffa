import { type Cipheriv, createCipheriv, hkdfSync, randomBytes } from "node:crypto";
import type { Database } from "@waystation/db/client";
import { installationSettings } from "@waystation/db/schema/schema";
import { eq } from "drizzle-orm";
import { DomainError } from "./errors.ts";

/**
 * Rows of the tables that grow have a number of one sequence as their key. Outside this server that number would reveal how
 * much the whole installation receives, so each is encrypted to a UUID. See docs/decisions/0025.
 */
export type IdKind = "message" | "note" | "event" | "rejection" | "audit_entry" | "file";
type ListKind = "conversations" | "messages" | "notes" | "events" | "rejections" | "audit";

/** The public ids of one organisation. */
export interface OrganizationIds {
  encode(kind: IdKind, number: number): string;
  /** Null where the id is malformed, or is not one of this kind in this organisation. */
  decode(kind: IdKind, id: string): number | null;
  /** Where the next page of a list begins. */
  encodeCursor(list: ListKind, ...position: number[]): string;
  /** Throws where the cursor is not one of this list in this organisation. */
  decodeCursor(list: ListKind, cursor: string): number[];
}

export type PublicIds = (organizationId: string) => OrganizationIds;

const KEY_ROW = "public_id_key";
const KEY_BYTES = 32;
/** Organisations and kinds whose ciphers are kept; a few kilobytes each. */
const MAX_CACHED = 1_000;
const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const BLOCK_BYTES = 16;
const MAX_POSITION = 2;
const LOW_62_BITS = (1n << 62n) - 1n;

/** The key is random, made once, and kept in the database: all servers of it and every restored copy give the same ids. */
export async function ensurePublicIdKey(db: Database): Promise<Buffer> {
  const made = { key: KEY_ROW, value: randomBytes(KEY_BYTES).toString("base64") };
  await db.insert(installationSettings).values(made).onConflictDoNothing();
  const [stored] = await db
    .select({ value: installationSettings.value })
    .from(installationSettings)
    .where(eq(installationSettings.key, KEY_ROW));
  const key = Buffer.from(stored?.value ?? "", "base64");
  if (key.length !== KEY_BYTES) throw new Error(`The row "${KEY_ROW}" of the table "instance" is damaged`);
  return key;
}

export function createPublicIds(key: Buffer): PublicIds {
  const ciphers = new Map<string, CipherPair>();
  const cipherOf = (purpose: string, organizationId: string): CipherPair => {
    const name = `${purpose} ${organizationId}`;
    const known = ciphers.get(name);
    if (known) return known;
    if (ciphers.size >= MAX_CACHED) ciphers.clear();
    const made = createCipherPair(key, name);
    ciphers.set(name, made);
    return made;
  };
  return (organizationId) => ({
    encode: (kind, number) => cipherOf(kind, organizationId).encrypt(number),
    decode: (kind, id) => cipherOf(kind, organizationId).decrypt(id),
    encodeCursor: (list, ...position) =>
      Buffer.concat(
        position.map((number, index) =>
          bytesOf(cipherOf(`${list} cursor ${index}`, organizationId).encrypt(number)),
        ),
      ).toString("base64url"),
    decodeCursor: (list, cursor) => {
      const bytes = Buffer.from(cursor, "base64url");
      const count = bytes.length / BLOCK_BYTES;
      const position = Array.from({ length: Math.min(count, MAX_POSITION) }, (_, index) =>
        cipherOf(`${list} cursor ${index}`, organizationId).decrypt(uuidOf(bytes, index)),
      ).filter((number) => number !== null);
      if (position.length === 0 || position.length !== count || bytes.toString("base64url") !== cursor)
        throw new DomainError(
          "cursor_invalid",
          "This cursor does not belong to this list. Pass `nextCursor` of the page before, unchanged.",
          { field: "cursor" },
        );
      return position;
    },
  });
}

interface CipherPair {
  encrypt(number: number): string;
  decrypt(id: string): number | null;
}

/**
 * Deterministic authenticated encryption in the manner of SIV, on the 122 free bits of a UUID: a tag of 58 bits is computed
 * from the number, and the number is masked with a value computed from the tag. Each computation is one block of AES under a
 * key of its own, used as a pseudorandom function: hence ECB, whose cipher needs no state from one block to the next.
 */
function createCipherPair(key: Buffer, name: string): CipherPair {
  const keys = Buffer.from(hkdfSync("sha256", key, "", `waystation public id ${name}`, 2 * BLOCK_BYTES));
  const cipher = (from: number) =>
    createCipheriv("aes-128-ecb", keys.subarray(from, from + BLOCK_BYTES), null).setAutoPadding(false);
  const [tagCipher, maskCipher] = [cipher(0), cipher(BLOCK_BYTES)];
  const tagOf = (number: bigint) => firstHalf(tagCipher, number) >> 6n;
  const encrypt = (number: number): string => {
    if (!Number.isSafeInteger(number) || number < 0)
      throw new RangeError(`${number} is not the key of a row`);
    const tag = tagOf(BigInt(number));
    return toUuid(tag, BigInt(number) ^ firstHalf(maskCipher, tag));
  };
  return {
    encrypt,
    decrypt: (id) => {
      if (!UUID_V8.test(id)) return null;
      const { tag, masked } = fromUuid(id);
      const number = masked ^ firstHalf(maskCipher, tag);
      const isOurs = number <= BigInt(Number.MAX_SAFE_INTEGER) && tagOf(number) === tag;
      return isOurs ? Number(number) : null;
    },
  };
}

function firstHalf(cipher: Cipheriv, input: bigint): bigint {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.writeBigUInt64BE(input, 8);
  return cipher.update(block).readBigUInt64BE(0);
}

/** 48 bits of the tag, the version, the last 10 of the tag, 2 of the number, the variant, the other 62 of the number. */
function toUuid(tag: bigint, masked: bigint): string {
  const high = ((tag >> 10n) << 16n) | (8n << 12n) | ((tag & 0x3ffn) << 2n) | (masked >> 62n);
  const low = (2n << 62n) | (masked & LOW_62_BITS);
  const digits = high.toString(16).padStart(16, "0") + low.toString(16).padStart(16, "0");
  return withHyphens(digits);
}

function fromUuid(id: string): { tag: bigint; masked: bigint } {
  const bytes = bytesOf(id);
  const [high, low] = [bytes.readBigUInt64BE(0), bytes.readBigUInt64BE(8)];
  return {
    tag: ((high >> 16n) << 10n) | ((high >> 2n) & 0x3ffn),
    masked: ((high & 3n) << 62n) | (low & LOW_62_BITS),
  };
}

const bytesOf = (id: string) => Buffer.from(id.replaceAll("-", ""), "hex");
const uuidOf = (bytes: Buffer, index: number) =>
  withHyphens(bytes.toString("hex", index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES));
const withHyphens = (digits: string) =>
  `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
