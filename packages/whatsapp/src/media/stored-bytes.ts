import { mediaFiles } from "@waystation/db/schema/media";
import { type SQL, sql } from "drizzle-orm";

/**
 * Sends the bytes as base64 text. The embedded database's binary format takes seconds for a few megabytes and blocks everything
 * else.
 */
export function bytesToStore(bytes: Buffer): SQL<Buffer> {
  return sql`decode(${bytes.toString("base64")}, 'base64')`;
}

/** `length` bytes of a stored file as base64. `start` counts from 0. */
export function readStoredBytes(start: number, length: number): SQL<string> {
  return sql`encode(substring(${mediaFiles.bytes} from ${start + 1} for ${length}), 'base64')`;
}
