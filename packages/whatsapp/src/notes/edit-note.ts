import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { toPgText } from "@waystation/core/text";
import { conversationNotes } from "@waystation/db/schema/notes";
import { and, eq, sql } from "drizzle-orm";
import { type ConversationRecord, requireConversation } from "../inbox/require-conversation.ts";
import type { EditNoteInput, NoteInput } from "./inputs.ts";
import { recordMentions } from "./mention.ts";

export async function editNote(ctx: Context, input: EditNoteInput) {
  const { conversation } = await requireConversation(ctx, input.conversationId);
  const { organizationNo } = conversation;
  await ctx.db.transaction(async (tx) => {
    const [note] = await tx
      .update(conversationNotes)
      .set({ body: toPgText(input.body), editedAt: sql`now()` })
      .where(ownNote(ctx, conversation, input.noteId))
      .returning({ id: conversationNotes.id });
    if (!note) throw notYours();
    const userIds = input.mentions ?? [];
    await recordMentions(tx, ctx, {
      noteId: note.id,
      organizationNo,
      conversationId: conversation.id,
      userIds,
    });
  });
  ctx.feed.publish({ organizationId: ctx.organizationId, conversationId: conversation.publicId });
  return { id: input.noteId };
}

export async function deleteNote(ctx: Context, input: NoteInput) {
  const { conversation } = await requireConversation(ctx, input.conversationId);
  const [gone] = await ctx.db
    .delete(conversationNotes)
    .where(ownNote(ctx, conversation, input.noteId))
    .returning({ id: conversationNotes.id });
  if (!gone) throw notYours();
  ctx.feed.publish({ organizationId: ctx.organizationId, conversationId: conversation.publicId });
  return { id: input.noteId };
}

function ownNote(ctx: Context, conversation: ConversationRecord["conversation"], noteId: string) {
  const number = ctx.ids.decode("note", noteId);
  if (number === null) throw notYours();
  return and(
    eq(conversationNotes.organizationNo, conversation.organizationNo),
    eq(conversationNotes.conversationId, conversation.id),
    eq(conversationNotes.id, number),
    eq(conversationNotes.authorId, ctx.actor.userId),
  );
}

function notYours(): DomainError {
  return new DomainError(
    "not_found",
    "There is no such note of yours. Notes are changed and deleted by who wrote them.",
  );
}
