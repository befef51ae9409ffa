import type { Installation } from "@waystation/core/context";
import { mediaFiles } from "@waystation/db/schema/media";
import { eq } from "drizzle-orm";
import { signMediaUrl } from "./signed-url.ts";

/** Where Twilio fetches the file of a message that we send; null where it is words alone. */
export async function fileToSend(platform: Installation, messageId: number): Promise<string | null> {
  const [file] = await platform.db
    .select({ id: mediaFiles.id })
    .from(mediaFiles)
    .where(eq(mediaFiles.messageId, messageId));
  return file ? signMediaUrl(platform, file.id) : null;
}
