import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { LeaveTeam } from "./inputs.ts";
import { lockTeamOf, requireAnotherOwner } from "./lock.ts";
import { takeOut } from "./take-out.ts";

/** Goes by oneself, whatever one's role; the last owner stays. */
export async function leaveTeam(ctx: Context, input: LeaveTeam) {
  const { organizationId, actor } = ctx;
  if (input.organizationId !== organizationId)
    throw new DomainError("not_found", "You are at another organisation's desk by now. Load the page again.");
  await ctx.installation.db.transaction(async (tx) => {
    const member = await lockTeamOf(tx, ctx);
    if (member.role === "owner") await requireAnotherOwner(tx, ctx);
    await takeOut(tx, ctx, { id: member.id, userId: actor.userId });
    await recordAudit(tx, ctx, "member.left", actor.email, { role: member.role });
  });
  ctx.feed.publish({ organizationId, userId: actor.userId });
  return {};
}
