import type { Installation } from "@waystation/core/context";
import { mediaFiles } from "@waystation/db/schema/media";
import { eq } from "drizzle-orm";
import { signMediaUrl } from "./signed-url.ts";

/** The URL where Twilio fetches the file of an outgoing message; null for a message without a file. */
export async function fileToSend(platform: Installation, messageId: number): Promise<string | null> {
  const [file] = await platform.db
    .select({ id: mediaFiles.id })
    .from(mediaFiles)
    .where(eq(mediaFiles.messageId, messageId));
  return file ? signMediaUrl(platform, file.id) : null;
}
