import type { Context } from "@waystation/core/context";
import { recordAudit } from "../audit/record.ts";
import { createResetLink } from "../password/reset-link.ts";
import { enforceLimit } from "../rate-limit.ts";
import type { MakeResetLinkInput } from "./inputs.ts";
import { getMember, lockTeam, requireOwner } from "./lock-team.ts";
import { requireNotOwner, requireSoleOwner } from "./require-sole-owner.ts";

const LINKS_OF_OWNER = { limit: 60, seconds: 60 * 60 };

/** A link with which a member chooses a new password, for the owner to pass on. It is shown once. */
export async function makeResetLink(ctx: Context, input: MakeResetLinkInput) {
  await enforceLimit(ctx.installation.db, `make-reset-link:${ctx.actor.userId}`, LINKS_OF_OWNER, "links");
  // Accounts and the links into them are the installation's.
  return ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    requireOwner(actorRole, "Only an owner can make a link for a new password.");
    const { userId, email } = await getMember(tx, ctx, input.memberId);
    await requireSoleOwner(tx, ctx.actor.userId, userId);
    await requireNotOwner(tx, userId);
    const reset = { userId, madeBy: ctx.actor.userId };
    const { link, expiresAt } = await createResetLink(tx, ctx.publicUrl, reset);
    await recordAudit(tx, ctx, "member.reset_link_made", email);
    return { link, expiresAt: expiresAt.toISOString() };
  });
}
