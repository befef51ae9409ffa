import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import type { RemoveMember } from "./inputs.ts";
import { getMember, lockTeam, requireAnotherOwner, requireOwner } from "./lock.ts";
import { takeOut } from "./take-out.ts";

/** Takes somebody out of the organisation. */
export async function removeMember(ctx: Context, input: RemoveMember) {
  // Sessions are nobody's but the person's, and may go on for another organisation.
  const { id, userId } = await ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    const member = await getMember(tx, ctx, input.memberId);
    if (member.role === "owner") {
      requireOwner(actorRole, "Only an owner can remove an owner.");
      await requireAnotherOwner(tx, ctx);
    }
    await takeOut(tx, ctx, member);
    await recordAudit(tx, ctx, "member.removed", member.email, { role: member.role });
    return member;
  });
  ctx.feed.publish({ organizationId: ctx.organizationId, userId });
  return { id };
}
