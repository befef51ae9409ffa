import type { Context } from "@waystation/core/context";
import { publishAccessChange } from "../access.ts";
import { recordAudit } from "../audit/record.ts";
import { removeSecondFactor } from "../second-factor/remove.ts";
import type { ResetSecondFactorInput } from "./inputs.ts";
import { getMember, lockTeam, requireOwner } from "./lock-team.ts";
import { requireSoleOwner } from "./require-sole-owner.ts";

/** Lets a member who has lost their app and backup codes sign in by password alone, to set it up anew. */
export async function resetSecondFactor(ctx: Context, input: ResetSecondFactorInput) {
  const { id, userId } = await ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    requireOwner(actorRole, "Only an owner can reset the two-step sign-in of somebody.");
    const member = await getMember(tx, ctx, input.memberId);
    await requireSoleOwner(tx, ctx.actor.userId, member.userId);
    await removeSecondFactor(tx, member.userId);
    await recordAudit(tx, ctx, "member.second_factor_reset", member.email);
    return member;
  });
  await publishAccessChange({ db: ctx.installation.db, feed: ctx.feed }, userId);
  return { id };
}
