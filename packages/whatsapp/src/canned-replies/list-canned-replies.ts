import type { Context } from "@waystation/core/context";
import { cannedReplies } from "@waystation/db/schema/notes";
import { asc, eq } from "drizzle-orm";

/** All canned replies of the organisation, ordered by shortcut. There are no pages: the number of replies is limited. */
export async function listCannedReplies(ctx: Context) {
  return ctx.db
    .select({ id: cannedReplies.id, shortcut: cannedReplies.shortcut, body: cannedReplies.body })
    .from(cannedReplies)
    .where(eq(cannedReplies.organizationId, ctx.organizationId))
    .orderBy(asc(cannedReplies.shortcut));
}
