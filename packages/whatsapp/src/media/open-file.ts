import type { Context } from "@waystation/core/context";
import { fetchMessageFile } from "./fetch-file.ts";
import { type MediaFile, requireFile } from "./require-file.ts";

/** A file of a message in the organisation; a customer's is fetched from Twilio the first time that somebody looks. */
export async function openMediaFile(ctx: Context, mediaId: string): Promise<MediaFile> {
  const found = await requireFile(ctx, mediaId);
  return "message" in found ? (found.stored ?? fetchMessageFile(ctx, found)) : found.stored;
}
