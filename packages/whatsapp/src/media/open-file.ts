import type { Context } from "@waystation/core/context";
import { fetchMessageFile } from "./fetch-file.ts";
import { type MediaFile, requireFile } from "./require-file.ts";

/** A file of a message in the organisation. A customer's file is fetched from Twilio when it is first opened. */
export async function openMediaFile(ctx: Context, mediaId: string): Promise<MediaFile> {
  const found = await requireFile(ctx, mediaId);
  return "message" in found ? (found.stored ?? fetchMessageFile(ctx, found)) : found.stored;
}
