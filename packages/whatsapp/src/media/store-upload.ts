import { mediaFiles } from "@waystation/db/schema-media";
import { and, eq, isNull } from "drizzle-orm";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { countAttempt } from "../rate-limit.ts";
import { bytesToStore } from "./bytes.ts";
import { detectType } from "./detect-type.ts";
import { cleanFileName } from "./file-name.ts";
import { withoutBytes } from "./find-file.ts";
import {
  FILE_BYTES,
  fileNameInput,
  IMAGE_BYTES,
  OLD_OFFICE,
  SENDABLE,
  tooLarge,
  wrongType,
} from "./inputs.ts";

const UPLOADS = { limit: 60, seconds: 300 };
/** Of one person, attached and not sent. */
const MOST_WAITING = 30;

/** Counts an upload before its bytes are read. */
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

/** Takes a file that somebody here wants to send. It waits for its message for a day. */
export async function storeUpload(ctx: Context, name: string, bytes: Buffer) {
  if (bytes.length === 0) throw new DomainError("media_type", "This file is empty. Choose another one.");
  const given = fileNameInput.safeParse(name).data ?? "";
  const type = await detectType(bytes, { name: given });
  if (!(type in SENDABLE)) throw new DomainError("media_type", OLD_OFFICE[type] ?? wrongType);
  const most = type.startsWith("image/") ? IMAGE_BYTES : FILE_BYTES;
  if (bytes.length > most) throw new DomainError("media_too_large", tooLarge(most));
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
    .returning(withoutBytes);
  if (!file) throw new Error("The file was not saved");
  return { id: file.id, url: `/api/media/${file.id}`, type, name: file.name, size: file.size };
}
