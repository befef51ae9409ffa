import { mediaFiles } from "@waystation/db/schema/media";
import { type SQL, sql } from "drizzle-orm";

/** Bytes travel as base64 text: the embedded database's own way takes seconds for some megabytes, and stops everything else. */
export function bytesToStore(bytes: Buffer): SQL<Buffer> {
  return sql`decode(${bytes.toString("base64")}, 'base64')`;
}

/** `length` bytes of a stored file, from the one numbered `start`, as base64. */
export function readStoredBytes(start: number, length: number): SQL<string> {
  return sql`encode(substring(${mediaFiles.bytes} from ${start + 1} for ${length}), 'base64')`;
}
