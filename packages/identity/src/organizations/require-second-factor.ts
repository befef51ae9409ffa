import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { members, organizations, secondFactors } from "@waystation/db/schema/identity";
import { and, eq, isNotNull } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import { lockTeam, requireOwner } from "../team/lock-team.ts";
import type { RequireSecondFactorInput } from "./inputs.ts";

/** Whether everybody who acts for this organisation has to have a second step. Who has none is kept out from now on. */
export async function requireSecondFactor(ctx: Context, input: RequireSecondFactorInput) {
  const { organizationId, actor } = ctx;
  const team = await ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    requireOwner(actorRole, "Only an owner decides about two-step sign-in.");
    const [own] = await tx
      .select({ userId: secondFactors.userId })
      .from(secondFactors)
      .where(and(eq(secondFactors.userId, actor.userId), isNotNull(secondFactors.confirmedAt)));
    if (input.isRequired && !own)
      throw new DomainError(
        "second_factor_needed",
        "Set up two-step sign-in for yourself first, on your profile: else you would lock yourself out.",
      );
    const [changed] = await tx
      .update(organizations)
      .set({ requiresSecondFactor: input.isRequired })
      .where(
        and(eq(organizations.id, organizationId), eq(organizations.requiresSecondFactor, !input.isRequired)),
      )
      .returning({ name: organizations.name });
    if (!changed) return [];
    const action = input.isRequired
      ? "organization.second_factor_required"
      : "organization.second_factor_optional";
    await recordAudit(tx, ctx, action, changed.name);
    return tx
      .select({ userId: members.userId })
      .from(members)
      .where(eq(members.organizationId, organizationId));
  });
  for (const { userId } of team) ctx.feed.publish({ organizationId, userId });
  return { isRequired: input.isRequired };
}
