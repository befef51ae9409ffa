import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { revokeApiKeys } from "../api-keys/revoke-key.ts";
import { recordAudit } from "../audit/record.ts";
import type { LeaveTeamInput } from "./inputs.ts";
import { lockTeamOfOrganization, requireAnotherOwner } from "./lock-team.ts";
import { removeMembership } from "./remove-membership.ts";

/** Goes by oneself, whatever one's role; the last owner stays. */
export async function leaveTeam(ctx: Context, input: LeaveTeamInput) {
  const { organizationId, actor } = ctx;
  if (input.organizationId !== organizationId)
    throw new DomainError("not_found", "You are at another organisation's desk by now. Load the page again.");
  const keys = await ctx.installation.db.transaction(async (tx) => {
    const member = await lockTeamOfOrganization(tx, ctx);
    if (member.role === "owner") await requireAnotherOwner(tx, ctx);
    const revoked = await revokeApiKeys(tx, ctx, {
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
