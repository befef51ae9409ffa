import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { invitations } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { CancelInvitationInput } from "../team/inputs.ts";
import { lockTeam, requireOwner } from "../team/lock-team.ts";

export async function cancelInvitation(ctx: Context, input: CancelInvitationInput) {
  return ctx.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    const [canceled] = await tx
      .update(invitations)
      .set({ status: "canceled" })
      .where(
        and(
          eq(invitations.organizationId, ctx.organizationId),
          eq(invitations.id, input.invitationId),
          eq(invitations.status, "pending"),
        ),
      )
      .returning({ id: invitations.id, email: invitations.email, role: invitations.role });
    if (!canceled) throw new DomainError("not_found", "This invitation is no longer open.");
    if (canceled.role === "owner")
      requireOwner(actorRole, "Only an owner can take back the invitation of an owner.");
    await recordAudit(tx, ctx, "invitation.canceled", canceled.email, { role: canceled.role });
    return { id: canceled.id };
  });
}
