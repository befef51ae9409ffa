import type { Context } from "@waystation/core/context";
import { members } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { ChangeRoleInput } from "./inputs.ts";
import { getMember, lockTeam, requireAnotherOwner, requireOwner } from "./lock-team.ts";

export async function changeRole(ctx: Context, input: ChangeRoleInput) {
  const { userId, ...changed } = await ctx.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    const member = await getMember(tx, ctx, input.memberId);
    const { id, userId } = member;
    if (member.role === input.role) return { id, userId, role: member.role };
    if (member.role === "owner" || input.role === "owner")
      requireOwner(actorRole, "Only an owner can make somebody an owner, or take it from them.");
    if (member.role === "owner") await requireAnotherOwner(tx, ctx);
    await tx
      .update(members)
      .set({ role: input.role })
      .where(and(eq(members.organizationId, ctx.organizationId), eq(members.id, member.id)));
    await recordAudit(tx, ctx, "member.role_changed", member.email, { from: member.role, to: input.role });
    return { id, userId, role: input.role };
  });
  ctx.feed.publish({ organizationId: ctx.organizationId, userId });
  return changed;
}
