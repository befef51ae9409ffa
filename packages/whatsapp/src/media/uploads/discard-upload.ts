import type { Context } from "@waystation/core/context";
import { mediaFiles } from "@waystation/db/schema/media";
import { and, eq, isNull } from "drizzle-orm";
import { fileIdInput } from "../inputs.ts";
import { fileNotFound } from "../require-file.ts";

/** Deletes the user's own upload that was not sent. */
export async function discardUpload(ctx: Context, fileId: string): Promise<void> {
  if (!fileIdInput.safeParse(fileId).success) throw fileNotFound();
  const gone = await ctx.db
    .delete(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        eq(mediaFiles.id, fileId),
        eq(mediaFiles.uploadedBy, ctx.actor.userId),
        isNull(mediaFiles.messageId),
      ),
    )
    .returning({ id: mediaFiles.id });
  if (gone.length === 0) throw fileNotFound();
}
