import { members, sessions } from "@waystation/db/schema-people";
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import type { RemoveMember } from "./inputs.ts";
import { getMember, lockTeam, requireAnotherOwner, requireOwner } from "./lock.ts";

/** Takes somebody out of the organisation, and their sessions with it: those move to another organisation of theirs, or end. */
export async function removeMember(ctx: Context, input: RemoveMember) {
  // Sessions are nobody's but the person's, and may go on for another organisation.
  const { id, userId } = await ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    const member = await getMember(tx, ctx, input.memberId);
    if (member.role === "owner") {
      requireOwner(actorRole, "Only an owner can remove an owner.");
      await requireAnotherOwner(tx, ctx);
    }
    await tx
      .delete(members)
      .where(and(eq(members.organizationId, ctx.organizationId), eq(members.id, member.id)));
    const next = tx
      .select({ id: members.organizationId })
      .from(members)
      .where(eq(members.userId, member.userId))
      .orderBy(asc(members.createdAt), asc(members.id))
      .limit(1);
    await tx
      .update(sessions)
      .set({ activeOrganizationId: sql`(${next})` })
      .where(and(eq(sessions.userId, member.userId), eq(sessions.activeOrganizationId, ctx.organizationId)));
    await tx
      .delete(sessions)
      .where(and(eq(sessions.userId, member.userId), isNull(sessions.activeOrganizationId)));
    await recordAudit(tx, ctx, "member.removed", member.email, { role: member.role });
    return member;
  });
  ctx.feed.publish({ organizationId: ctx.organizationId, userId });
  return { id };
}
