import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { organizations } from "@waystation/db/schema/identity";
import { messages } from "@waystation/db/schema/inbox";
import { mediaFiles } from "@waystation/db/schema/media";
import { connections } from "@waystation/db/schema/schema";
import { and, eq, isNotNull, or } from "drizzle-orm";
import { fileIdInput } from "./inputs.ts";

/** Twilio allows at most ten. */
const FILES_PER_MESSAGE = 10;

/** The columns of a stored file, without its bytes. */
export interface MediaFile {
  id: string;
  type: string;
  /** The type that the sender declared. */
  declaredType: string | null;
  name: string | null;
  size: number;
  createdAt: Date;
}

export const fileColumns = {
  id: mediaFiles.id,
  type: mediaFiles.type,
  declaredType: mediaFiles.declaredType,
  name: mediaFiles.name,
  size: mediaFiles.size,
  createdAt: mediaFiles.createdAt,
};

/** A file of a customer's message. `stored` is null until the file is fetched. */
export interface IncomingMediaFile {
  message: typeof messages.$inferSelect;
  connection: typeof connections.$inferSelect;
  no: number;
  stored: MediaFile | null;
}

type FoundFile = { stored: MediaFile } | IncomingMediaFile;

/** The same error for a missing file and for another organisation's file. */
export const fileNotFound = () => new DomainError("not_found", "There is no such file in your organisation.");

/** The id of an incoming file encodes its message and its position there, so the file has an id before it is fetched. */
export function incomingFileId({ ids }: Pick<Context, "ids">, messageId: number, no: number): string {
  return ids.encode("file", messageId * FILES_PER_MESSAGE + no);
}

export async function requireFile(ctx: Context, fileId: string): Promise<FoundFile> {
  if (!fileIdInput.safeParse(fileId).success) throw fileNotFound();
  const incoming = ctx.ids.decode("file", fileId);
  if (incoming === null) return findAttached(ctx, fileId);
  return findIncoming(ctx, Math.floor(incoming / FILES_PER_MESSAGE), incoming % FILES_PER_MESSAGE);
}

/** Until a file is sent, only its uploader can read it. */
async function findAttached(ctx: Context, id: string): Promise<{ stored: MediaFile }> {
  const [stored] = await ctx.db
    .select(fileColumns)
    .from(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        eq(mediaFiles.id, id),
        or(isNotNull(mediaFiles.messageId), eq(mediaFiles.uploadedBy, ctx.actor.userId)),
      ),
    );
  if (!stored) throw fileNotFound();
  return { stored };
}

async function findIncoming(ctx: Context, messageId: number, no: number): Promise<IncomingMediaFile> {
  const [row] = await ctx.db
    .select({ message: messages, connection: connections, stored: fileColumns })
    .from(messages)
    .innerJoin(organizations, eq(organizations.no, messages.organizationNo))
    .innerJoin(connections, eq(connections.no, messages.connectionNo))
    .leftJoin(mediaFiles, and(eq(mediaFiles.messageId, messages.id), eq(mediaFiles.no, no)))
    .where(
      and(
        eq(organizations.id, ctx.organizationId),
        eq(messages.id, messageId),
        eq(messages.isIncoming, true),
      ),
    );
  if (!row) throw fileNotFound();
  return { ...row, no };
}
