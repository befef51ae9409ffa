import { revokeKeys } from "../api-keys/revoke-key.ts";
import { recordAudit } from "../audit/record.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { LeaveTeam } from "./inputs.ts";
import { lockTeamOf, requireAnotherOwner } from "./lock.ts";
import { removeMembership } from "./remove-membership.ts";

/** Goes by oneself, whatever one's role; the last owner stays. */
export async function leaveTeam(ctx: Context, input: LeaveTeam) {
  const { organizationId, actor } = ctx;
  if (input.organizationId !== organizationId)
    throw new DomainError("not_found", "You are at another organisation's desk by now. Load the page again.");
  const keys = await ctx.installation.db.transaction(async (tx) => {
    const member = await lockTeamOf(tx, ctx);
    if (member.role === "owner") await requireAnotherOwner(tx, ctx);
    const revoked = await revokeKeys(tx, ctx, {
      keyIds: input.revokeApiKeyIds ?? [],
      madeBy: actor.userId,
    });
    await removeMembership(tx, ctx, { id: member.id, userId: actor.userId });
    await recordAudit(tx, ctx, "member.left", actor.email, { role: member.role });
    return revoked;
  });
  for (const userId of [actor.userId, ...keys]) ctx.feed.publish({ organizationId, userId });
  return {};
}
