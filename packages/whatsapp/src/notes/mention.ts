import type { Context } from "@waystation/core/context";
import type { Database } from "@waystation/db/client";
import { members } from "@waystation/db/schema/identity";
import { noteMentions } from "@waystation/db/schema/notes";
import { and, eq, inArray, notInArray } from "drizzle-orm";

interface Mentioning {
  noteId: number;
  organizationNo: number;
  conversationId: number;
  userIds: string[];
}

/** Sets the users that the note mentions, ignoring those outside the team. Users mentioned before are not notified again. */
export async function recordMentions(
  tx: Database,
  ctx: Context,
  { noteId, organizationNo, conversationId, userIds }: Mentioning,
): Promise<void> {
  const isOfNote = and(eq(noteMentions.organizationNo, organizationNo), eq(noteMentions.noteId, noteId));
  await tx.delete(noteMentions).where(and(isOfNote, notInArray(noteMentions.userId, userIds)));
  const people = await tx
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.organizationId, ctx.organizationId), inArray(members.userId, userIds)));
  if (people.length === 0) return;
  const now = new Date();
  await tx
    .insert(noteMentions)
    .values(
      people.map(({ userId }) => ({
        noteId,
        userId,
        organizationNo,
        conversationId,
        // Authors are not notified of their own mentions.
        seenAt: userId === ctx.actor.userId ? now : null,
      })),
    )
    .onConflictDoNothing();
}
