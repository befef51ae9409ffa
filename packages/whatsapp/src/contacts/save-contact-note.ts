import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { toPgText } from "@waystation/core/text";
import { contactNotes } from "@waystation/db/schema/notes";
import { and, eq, sql } from "drizzle-orm";
import { requireConversation } from "../inbox/require-conversation.ts";
import type { SaveContactNoteInput } from "./inputs.ts";

/** One note per contact, shared by the team. Rejects an edit that is not based on the latest version. */
export async function saveContactNote(ctx: Context, input: SaveContactNoteInput) {
  const { conversation, contact } = await requireConversation(ctx, input.conversationId);
  const isOfContact = and(
    eq(contactNotes.organizationNo, conversation.organizationNo),
    eq(contactNotes.contactId, contact.id),
  );
  const body = toPgText(input.body).trim();
  const editedAt = await ctx.db.transaction(async (tx) => {
    const [saved] = await tx.select().from(contactNotes).where(isOfContact).for("update");
    const since = saved?.editedAt.toISOString() ?? null;
    if (since !== input.since && saved?.body !== body) throw changed();
    if (body === "") {
      await tx.delete(contactNotes).where(isOfContact);
      return null;
    }
    // Postgres stores microseconds, browsers milliseconds.
    const values = { body, editedBy: ctx.actor.userId, editedAt: sql`date_trunc('milliseconds', now())` };
    const [row] = saved
      ? await tx.update(contactNotes).set(values).where(isOfContact).returning()
      : await tx
          .insert(contactNotes)
          .values({ contactId: contact.id, organizationNo: conversation.organizationNo, ...values })
          .onConflictDoNothing()
          .returning();
    if (!row) throw changed();
    return row.editedAt.toISOString();
  });
  ctx.feed.publish({ organizationId: ctx.organizationId, conversationId: conversation.publicId });
  return { editedAt };
}

function changed(): DomainError {
  return new DomainError(
    "changed_meanwhile",
    "Somebody else changed this text meanwhile. Copy yours, look at theirs, and save again.",
  );
}
