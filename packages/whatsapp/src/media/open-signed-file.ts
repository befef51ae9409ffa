import type { Installation } from "@waystation/core/context";
import { mediaFiles } from "@waystation/db/schema/media";
import { and, eq, isNotNull } from "drizzle-orm";
import { fileIdInput } from "./inputs.ts";
import { fileColumns, fileNotFound, type MediaFile } from "./require-file.ts";
import { hasValidSignature } from "./signed-url.ts";

/** A file that is being sent, by its signed URL. The signature replaces the check of the organisation. */
export async function openSignedFile(
  platform: Installation,
  fileId: string,
  expires: string,
  signature: string,
): Promise<MediaFile> {
  if (!fileIdInput.safeParse(fileId).success) throw fileNotFound();
  if (!hasValidSignature(platform, fileId, expires, signature)) throw fileNotFound();
  const [file] = await platform.db
    .select(fileColumns)
    .from(mediaFiles)
    .where(and(eq(mediaFiles.id, fileId), isNotNull(mediaFiles.messageId)));
  if (!file) throw fileNotFound();
  return file;
}
