import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { messages } from "@waystation/db/schema/inbox";
import { mediaFiles } from "@waystation/db/schema/media";
import { and, eq, exists, isNull, or, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import type { MessageKind } from "../../webhooks/content/message-kind.ts";

const gone = () => new DomainError("attachment_gone", "This file is not kept any more. Attach it again.");

/** A file that was sent in the same conversation can be sent again. */
const sentIn = (ctx: Pick<Context, "db">, conversationId: number) =>
  exists(
    ctx.db
      .select({ one: sql`1` })
      .from(messages)
      .where(
        and(
          eq(messages.id, mediaFiles.messageId),
          eq(messages.conversationId, conversationId),
          eq(messages.isIncoming, false),
        ),
      ),
  );

/** The kind of message that a file makes. The file is the user's own upload, or was sent in this conversation before. */
export async function kindOfAttachment(
  ctx: Context,
  fileId: string,
  conversationId: number,
): Promise<MessageKind> {
  const [file] = await ctx.db
    .select({ type: mediaFiles.type })
    .from(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        eq(mediaFiles.id, fileId),
        or(
          and(isNull(mediaFiles.messageId), eq(mediaFiles.uploadedBy, ctx.actor.userId)),
          sentIn(ctx, conversationId),
        ),
      ),
    );
  if (!file) throw gone();
  if (file.type === "text/vcard") return "contacts";
  const [group] = file.type.split("/");
  return group === "image" || group === "audio" || group === "video" ? group : "document";
}

/** Attaches the file to the message. A file that was sent before is copied, so that each message has its own. */
export async function attachFile(
  tx: Database,
  ctx: Context,
  fileId: string,
  messageId: number,
  conversationId: number,
): Promise<void> {
  const mine = and(eq(mediaFiles.organizationId, ctx.organizationId), eq(mediaFiles.id, fileId));
  const taken = await tx
    .update(mediaFiles)
    .set({ messageId })
    .where(and(mine, isNull(mediaFiles.messageId), eq(mediaFiles.uploadedBy, ctx.actor.userId)))
    .returning({ id: mediaFiles.id });
  if (taken.length > 0) return;
  const { organizationId, type, declaredType, name, size, bytes } = mediaFiles;
  const copied = await tx
    .insert(mediaFiles)
    .select(
      tx
        .select({
          id: sql`${uuidv7()}::uuid`.as("id"),
          organizationId,
          messageId: sql`${messageId}::bigint`.as("message_id"),
          no: sql`0`.as("no"),
          type,
          declaredType,
          name,
          size,
          uploadedBy: sql`${ctx.actor.userId}::uuid`.as("uploaded_by"),
          createdAt: sql`now()`.as("created_at"),
          bytes,
        })
        .from(mediaFiles)
        .where(and(mine, sentIn(ctx, conversationId))),
    )
    .returning({ id: mediaFiles.id });
  if (copied.length === 0) throw gone();
}
