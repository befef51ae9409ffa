import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { toPgText } from "@waystation/core/text";
import { cannedReplies } from "@waystation/db/schema/notes";
import { recordAudit } from "@waystation/identity/audit/record";
import { and, eq, ne, sql } from "drizzle-orm";
import type { AddReplyInput, CannedReplyInput, EditReplyInput } from "./inputs.ts";

/** More replies than this are hard to search. */
const MOST = 300;

export async function addCannedReply(ctx: Context, input: AddReplyInput) {
  return ctx.db.transaction(async (tx) => {
    const count = await tx.$count(cannedReplies, eq(cannedReplies.organizationId, ctx.organizationId));
    if (count >= MOST)
      throw new DomainError(
        "too_many",
        `There are ${MOST} canned replies already. Delete some of them first.`,
      );
    const [added] = await tx
      .insert(cannedReplies)
      .values({
        organizationId: ctx.organizationId,
        shortcut: input.shortcut,
        body: toPgText(input.body),
      })
      .onConflictDoNothing()
      .returning({ id: cannedReplies.id });
    if (!added) throw taken(input.shortcut);
    await recordAudit(tx, ctx, "reply.added", `/${input.shortcut}`);
    return added;
  });
}

export async function editCannedReply(ctx: Context, input: EditReplyInput) {
  return ctx.db.transaction(async (tx) => {
    const [other] = await tx
      .select({ id: cannedReplies.id })
      .from(cannedReplies)
      .where(
        and(
          eq(cannedReplies.organizationId, ctx.organizationId),
          eq(cannedReplies.shortcut, input.shortcut),
          ne(cannedReplies.id, input.replyId),
        ),
      );
    if (other) throw taken(input.shortcut);
    const [changed] = await tx
      .update(cannedReplies)
      .set({ shortcut: input.shortcut, body: toPgText(input.body), updatedAt: sql`now()` })
      .where(ofOrganization(ctx, input.replyId))
      .returning({ id: cannedReplies.id });
    if (!changed) throw gone();
    await recordAudit(tx, ctx, "reply.changed", `/${input.shortcut}`);
    return changed;
  });
}

export async function deleteCannedReply(ctx: Context, input: CannedReplyInput) {
  return ctx.db.transaction(async (tx) => {
    const [deleted] = await tx
      .delete(cannedReplies)
      .where(ofOrganization(ctx, input.replyId))
      .returning({ id: cannedReplies.id, shortcut: cannedReplies.shortcut });
    if (!deleted) throw gone();
    await recordAudit(tx, ctx, "reply.deleted", `/${deleted.shortcut}`);
    return { id: deleted.id };
  });
}

function ofOrganization(ctx: Context, replyId: string) {
  return and(eq(cannedReplies.organizationId, ctx.organizationId), eq(cannedReplies.id, replyId));
}

function taken(shortcut: string): DomainError {
  return new DomainError("shortcut_taken", `/${shortcut} stands for another reply already.`, {
    field: "shortcut",
  });
}

function gone(): DomainError {
  return new DomainError("not_found", "This reply was deleted by somebody else.");
}
