import type { Context } from "@waystation/core/context";
import type { Database } from "@waystation/db/client";
import { members, sessions } from "@waystation/db/schema/identity";
import { and, asc, eq, isNull, sql } from "drizzle-orm";

/** Ends a membership, and the person's sessions with it: those move to another organisation of theirs, or end. */
export async function removeMembership(
  tx: Database,
  { organizationId }: Pick<Context, "organizationId">,
  member: { id: string; userId: string },
): Promise<void> {
  await tx.delete(members).where(and(eq(members.organizationId, organizationId), eq(members.id, member.id)));
  const next = tx
    .select({ id: members.organizationId })
    .from(members)
    .where(eq(members.userId, member.userId))
    .orderBy(asc(members.createdAt), asc(members.id))
    .limit(1);
  await tx
    .update(sessions)
    .set({ activeOrganizationId: sql`(${next})` })
    .where(and(eq(sessions.userId, member.userId), eq(sessions.activeOrganizationId, organizationId)));
  await tx
    .delete(sessions)
    .where(and(eq(sessions.userId, member.userId), isNull(sessions.activeOrganizationId)));
}
