import type { Context } from "@waystation/core/context";
import { revokeApiKeys } from "../api-keys/revoke-key.ts";
import { recordAudit } from "../audit/record.ts";
import type { RemoveMemberInput } from "./inputs.ts";
import { getMember, lockTeam, requireAnotherOwner, requireOwner } from "./lock-team.ts";
import { removeMembership } from "./remove-membership.ts";

/** Takes somebody out of the organisation, and ends those of their API keys that are named: the others go on working. */
export async function removeMember(ctx: Context, input: RemoveMemberInput) {
  // Sessions are nobody's but the person's, and may go on for another organisation.
  const { id, userIds } = await ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    const member = await getMember(tx, ctx, input.memberId);
    if (member.role === "owner") {
      requireOwner(actorRole, "Only an owner can remove an owner.");
      await requireAnotherOwner(tx, ctx);
    }
    const keys = await revokeApiKeys(tx, ctx, {
      keyIds: input.revokeApiKeyIds ?? [],
      madeBy: member.userId,
    });
    await removeMembership(tx, ctx, member);
    await recordAudit(tx, ctx, "member.removed", member.email, { role: member.role });
    return { id: member.id, userIds: [member.userId, ...keys] };
  });
  for (const userId of userIds) ctx.feed.publish({ organizationId: ctx.organizationId, userId });
  return { id };
}
