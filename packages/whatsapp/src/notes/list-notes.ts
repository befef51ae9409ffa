import type { Context } from "@waystation/core/context";
import { users } from "@waystation/db/schema/identity";
import { conversationNotes, noteMentions } from "@waystation/db/schema/notes";
import { and, desc, eq, inArray, lt } from "drizzle-orm";
import { requireConversation } from "../inbox/require-conversation.ts";
import type { ListNotesInput } from "./inputs.ts";

/** The team's notes on one conversation, newest first. Notes keep the names of authors who left the team. */
export async function listNotes(ctx: Context, input: ListNotesInput) {
  const limit = input.limit ?? 100;
  const [before] = input.cursor === undefined ? [] : ctx.ids.decodeCursor("notes", input.cursor);
  const { conversation } = await requireConversation(ctx, input.conversationId);
  const rows = await ctx.db
    .select({ note: conversationNotes, author: users.name })
    .from(conversationNotes)
    .leftJoin(users, eq(users.id, conversationNotes.authorId))
    .where(
      and(
        eq(conversationNotes.organizationNo, conversation.organizationNo),
        eq(conversationNotes.conversationId, conversation.id),
        before === undefined ? undefined : lt(conversationNotes.id, before),
      ),
    )
    .orderBy(desc(conversationNotes.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const mentions = await ctx.db
    .select({ noteId: noteMentions.noteId, userId: users.id, name: users.name })
    .from(noteMentions)
    .innerJoin(users, eq(users.id, noteMentions.userId))
    .where(
      and(
        eq(noteMentions.organizationNo, conversation.organizationNo),
        inArray(
          noteMentions.noteId,
          page.map(({ note }) => note.id),
        ),
      ),
    );
  const items = page.map(({ note, author }) => ({
    id: ctx.ids.encode("note", note.id),
    body: note.body,
    author,
    isYours: note.authorId === ctx.actor.userId,
    mentions: mentions
      .filter(({ noteId }) => noteId === note.id)
      .map(({ userId, name }) => ({ userId, name })),
    createdAt: note.createdAt.toISOString(),
    editedAt: note.editedAt?.toISOString() ?? null,
  }));
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { items, nextCursor: last ? ctx.ids.encodeCursor("notes", last.note.id) : null };
}
