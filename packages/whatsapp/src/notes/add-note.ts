import type { Context } from "@waystation/core/context";
import { toPgText } from "@waystation/core/text";
import { conversationNotes } from "@waystation/db/schema/notes";
import { and, eq, sql } from "drizzle-orm";
import { requireConversation } from "../inbox/require-conversation.ts";
import type { AddNoteInput } from "./inputs.ts";
import { recordMentions } from "./mention.ts";

/**
 * Adds a note for the team only. The note appears in the thread at its time and is never sent to Twilio. A repeated `clientKey`
 * returns the same note and adds nothing.
 */
export async function addNote(ctx: Context, input: AddNoteInput) {
  const { conversation } = await requireConversation(ctx, input.conversationId);
  const { organizationNo } = conversation;
  const clientKey = input.clientKey === undefined ? null : toPgText(input.clientKey);
  const { id, isNew } = await ctx.db.transaction(async (tx) => {
    const [note] = await tx
      .insert(conversationNotes)
      .values({
        id: sql`nextval('twilio_whatsapp_webhook_events_id_seq')`,
        organizationNo,
        conversationId: conversation.id,
        authorId: ctx.actor.userId,
        body: toPgText(input.body),
        clientKey,
      })
      .onConflictDoNothing({ target: [conversationNotes.organizationNo, conversationNotes.clientKey] })
      .returning({ id: conversationNotes.id });
    if (!note) {
      const [earlier] = await tx
        .select({ id: conversationNotes.id })
        .from(conversationNotes)
        .where(
          and(
            eq(conversationNotes.organizationNo, organizationNo),
            eq(conversationNotes.clientKey, clientKey ?? ""),
          ),
        );
      if (!earlier) throw new Error("The note was not saved");
      return { ...earlier, isNew: false };
    }
    const userIds = input.mentions ?? [];
    await recordMentions(tx, ctx, {
      noteId: note.id,
      organizationNo,
      conversationId: conversation.id,
      userIds,
    });
    return { ...note, isNew: true };
  });
  if (isNew) ctx.feed.publish({ organizationId: ctx.organizationId, conversationId: conversation.publicId });
  return { id: ctx.ids.encode("note", id) };
}
