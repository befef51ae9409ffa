import type { Context } from "../context.ts";
import { fetchFile } from "./fetch-file.ts";
import { findFile, type MediaFile } from "./find-file.ts";

/** A file of a message in the organisation; a customer's is fetched from Twilio the first time that somebody looks. */
export async function openFile(ctx: Context, mediaId: string): Promise<MediaFile> {
  const found = await findFile(ctx, mediaId);
  return "message" in found ? (found.stored ?? fetchFile(ctx, found)) : found.stored;
}
