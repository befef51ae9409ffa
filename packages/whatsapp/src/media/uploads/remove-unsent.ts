import type { Database } from "@waystation/db/client";
import { mediaFiles } from "@waystation/db/schema/media";
import { and, isNull, lt, sql } from "drizzle-orm";

/** Deletes uploads of all organisations that are older than a day and were never sent. */
export async function removeUnsentUploads(db: Database): Promise<void> {
  await db
    .delete(mediaFiles)
    .where(and(isNull(mediaFiles.messageId), lt(mediaFiles.createdAt, sql`now() - interval '1 day'`)));
}
