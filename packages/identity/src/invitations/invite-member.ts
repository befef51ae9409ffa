import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { invitations, members, organizations, users } from "@waystation/db/schema/identity";
import { and, eq, sql } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import { invitationMail } from "../mail.ts";
import { countAttempt } from "../rate-limit.ts";
import type { InviteInput } from "../team/inputs.ts";
import { lockTeam, requireOwner } from "../team/lock-team.ts";
import { parseEmail } from "../team/parse-email.ts";
import { invitationLink } from "./invitation-link.ts";

/** So that nobody floods strangers with mail in our name. */
const INVITATIONS = { limit: 100, seconds: 60 * 60 };

/** Invites an address for 48 hours; an open invitation to the same address gives way to this one. */
export async function inviteMember(ctx: Context, input: InviteInput) {
  const email = parseEmail(input.email);
  const attempt = await countAttempt(ctx.installation.db, `invite:${ctx.organizationId}`, INVITATIONS);
  if (!attempt.allowed)
    throw new DomainError("too_many_requests", "That is a lot of invitations. Go on in an hour.");

  const invitation = await ctx.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    if (input.role === "owner") requireOwner(actorRole, "Only an owner can invite an owner.");
    const [already] = await tx
      .select({ id: members.id })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(and(eq(members.organizationId, ctx.organizationId), eq(users.email, email)));
    if (already)
      throw new DomainError("already_member", `${email} is in the team already.`, { field: "email" });
    const replaced = await tx
      .update(invitations)
      .set({ status: "canceled" })
      .where(
        and(
          eq(invitations.organizationId, ctx.organizationId),
          eq(invitations.email, email),
          eq(invitations.status, "pending"),
        ),
      )
      .returning({ role: invitations.role });
    if (replaced.some((earlier) => earlier.role === "owner"))
      requireOwner(actorRole, "An owner has invited this address already; only an owner can change that.");
    const [created] = await tx
      .insert(invitations)
      .values({
        organizationId: ctx.organizationId,
        email,
        role: input.role,
        status: "pending",
        expiresAt: sql`now() + interval '48 hours'`,
        inviterId: ctx.actor.userId,
      })
      .returning({ id: invitations.id, expiresAt: invitations.expiresAt });
    const [organization] = await tx
      .select({ name: organizations.name })
      .from(organizations)
      .where(eq(organizations.id, ctx.organizationId));
    if (!created || !organization) throw new Error("The invitation was not stored.");
    await recordAudit(tx, ctx, "member.invited", email, {
      role: input.role,
      replacesEarlier: replaced.length > 0,
    });
    return { ...created, organization: organization.name };
  });

  const link = invitationLink(ctx, invitation.id);
  const mail = invitationMail({
    to: email,
    link: invitationLink(ctx, invitation.id, "mailed"),
    organization: invitation.organization,
    inviter: ctx.actor.name,
    expiresAt: invitation.expiresAt,
  });
  const mailed = ctx.sendMail
    ? await ctx.sendMail(mail).then(
        () => true,
        () => false,
      )
    : false;
  return { id: invitation.id, link, mailed };
}
