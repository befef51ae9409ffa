import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { mediaFiles } from "@waystation/db/schema/media";
import { countAttempt } from "@waystation/identity/rate-limit";
import { and, eq, isNull } from "drizzle-orm";
import {
  fileNameInput,
  LEGACY_OFFICE_TYPES,
  MAX_FILE_BYTES,
  MAX_IMAGE_BYTES,
  SENDABLE_TYPES,
  tooLargeMessage,
  unsupportedTypeMessage,
} from "../inputs.ts";
import { fileColumns } from "../require-file.ts";
import { bytesToStore } from "../stored-bytes.ts";
import { detectMediaType } from "../types/detect-type.ts";
import { cleanFileName } from "../types/file-name.ts";

const UPLOADS = { limit: 60, seconds: 300 };
/** Unsent uploads per user. */
const MOST_WAITING = 30;

/** Rate limits uploads before the bytes are read. */
export async function limitUploads(ctx: Context): Promise<void> {
  const waiting = await ctx.db.$count(
    mediaFiles,
    and(
      eq(mediaFiles.organizationId, ctx.organizationId),
      eq(mediaFiles.uploadedBy, ctx.actor.userId),
      isNull(mediaFiles.messageId),
    ),
  );
  if (waiting >= MOST_WAITING)
    throw new DomainError(
      "too_many_requests",
      `You have attached ${MOST_WAITING} files without sending them. Send or remove some first.`,
    );
  const { allowed, retryAfter } = await countAttempt(
    ctx.installation.db,
    `upload:${ctx.actor.userId}`,
    UPLOADS,
  );
  if (!allowed)
    throw new DomainError(
      "too_many_requests",
      `You attached ${UPLOADS.limit} files within a few minutes. Wait ${retryAfter} seconds and try again.`,
    );
}

/** Stores a file that a user wants to send. Unsent files are deleted after a day. */
export async function storeUpload(ctx: Context, name: string, bytes: Buffer) {
  if (bytes.length === 0) throw new DomainError("media_type", "This file is empty. Choose another one.");
  const given = fileNameInput.safeParse(name).data ?? "";
  const type = await detectMediaType(bytes, { name: given });
  if (!(type in SENDABLE_TYPES))
    throw new DomainError("media_type", LEGACY_OFFICE_TYPES[type] ?? unsupportedTypeMessage);
  const most = type.startsWith("image/") ? MAX_IMAGE_BYTES : MAX_FILE_BYTES;
  if (bytes.length > most) throw new DomainError("media_too_large", tooLargeMessage(most));
  const [file] = await ctx.db
    .insert(mediaFiles)
    .values({
      organizationId: ctx.organizationId,
      uploadedBy: ctx.actor.userId,
      type,
      name: cleanFileName(given),
      size: bytes.length,
      bytes: bytesToStore(bytes),
    })
    .returning(fileColumns);
  if (!file) throw new Error("The file was not saved");
  return { id: file.id, url: `/api/media/${file.id}`, type, name: file.name, size: file.size };
}
