import type { Database } from "@waystation/db/client";
import { mediaFiles } from "@waystation/db/schema/media";
import { eq } from "drizzle-orm";
import { readStoredBytes } from "./stored-bytes.ts";

const SLICE = 1024 * 1024;

/** The bytes from `start` to `end`, both included, in slices, so that no request holds a whole file in memory. */
export async function* readMediaFile(db: Database, fileId: string, start: number, end: number) {
  for (let from = start; from <= end; from += SLICE) {
    const length = Math.min(SLICE, end - from + 1);
    const [row] = await db
      .select({ base64: readStoredBytes(from, length) })
      .from(mediaFiles)
      .where(eq(mediaFiles.id, fileId));
    if (!row) throw new Error("The file went while it was read");
    yield Buffer.from(row.base64, "base64");
  }
}
