import { mediaFiles } from "@waystation/db/schema-media";
import { and, eq, isNotNull } from "drizzle-orm";
import type { Platform } from "../context.ts";
import { type MediaFile, noSuchFile, withoutBytes } from "./find-file.ts";
import { fileIdInput } from "./inputs.ts";
import { isSigned } from "./signed-url.ts";

/** A file that is being sent, for whoever has its signed URL: the signature stands for the organisation that gave it. */
export async function openSignedFile(
  platform: Platform,
  fileId: string,
  expires: string,
  signature: string,
): Promise<MediaFile> {
  if (!fileIdInput.safeParse(fileId).success) throw noSuchFile();
  if (!isSigned(platform, fileId, expires, signature)) throw noSuchFile();
  const [file] = await platform.db
    .select(withoutBytes)
    .from(mediaFiles)
    .where(and(eq(mediaFiles.id, fileId), isNotNull(mediaFiles.messageId)));
  if (!file) throw noSuchFile();
  return file;
}
