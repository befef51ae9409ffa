import type { Context } from "@waystation/core/context";
import type { messages } from "@waystation/db/schema/inbox";
import { mediaFiles } from "@waystation/db/schema/media";
import { and, asc, eq, inArray } from "drizzle-orm";
import { declaredMediaTypes, type FirstParam } from "../inbox/messages/webhook-params.ts";
import { MESSAGE_KINDS } from "../webhooks/content/message-kind.ts";
import { fileColumns, incomingFileId } from "./require-file.ts";
import { fileNameOf } from "./types/file-name.ts";

/** A file as shown with its message. Name and size are known once the file is stored. */
export interface MessageFile {
  id: string;
  url: string;
  /** Detected from the content once the file is stored; until then the type that Twilio declared. */
  type: string;
  name: string | null;
  size: number | null;
}

/** Kinds of messages that can have files. Most conversations are text only and need no query. */
const HAVE_FILES = new Set(
  (["image", "audio", "video", "document", "sticker", "contacts"] as const).map((kind) =>
    MESSAGE_KINDS.indexOf(kind),
  ),
);

interface Shown {
  message: Pick<typeof messages.$inferSelect, "id" | "isIncoming" | "kind">;
  /** The parameters of an incoming message's webhook. */
  params: FirstParam | null;
}

/** The files of messages, by the message's id. Includes stored files whose webhook is gone. */
export async function filesOf(
  ctx: Pick<Context, "db" | "organizationId" | "ids">,
  shown: readonly Shown[],
): Promise<Map<number, MessageFile[]>> {
  const having = shown
    .map(({ message, params }) => ({
      message,
      declared: params === null ? [] : declaredMediaTypes(params),
      name: params && fileNameOf(params),
    }))
    .filter(({ message, declared }) => HAVE_FILES.has(message.kind) || declared.length > 0);
  if (having.length === 0) return new Map();
  const stored = await ctx.db
    .select({ ...fileColumns, messageId: mediaFiles.messageId, no: mediaFiles.no })
    .from(mediaFiles)
    .where(
      and(
        eq(mediaFiles.organizationId, ctx.organizationId),
        inArray(
          mediaFiles.messageId,
          having.map(({ message }) => message.id),
        ),
      ),
    )
    .orderBy(asc(mediaFiles.messageId), asc(mediaFiles.no));
  return new Map(
    having.flatMap(({ message, declared, name }) => {
      const kept = stored.filter((file) => file.messageId === message.id);
      const places = message.isIncoming
        ? Array.from({ length: Math.max(declared.length, (kept.at(-1)?.no ?? -1) + 1) }, (_, no) => no)
        : kept.map((file) => file.no);
      const files = places.map((no): MessageFile => {
        const file = kept.find((one) => one.no === no);
        const id = message.isIncoming || !file ? incomingFileId(ctx, message.id, no) : file.id;
        return {
          id,
          url: `/api/media/${id}`,
          type: file?.type ?? declared[no]?.toLowerCase().split(";")[0]?.trim() ?? "",
          name: file?.name ?? (declared.length === 1 ? name : null),
          size: file?.size ?? null,
        };
      });
      return files.length === 0 ? [] : [[message.id, files] as const];
    }),
  );
}
