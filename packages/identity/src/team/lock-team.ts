import type { Context, OrganizationRole } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { members, organizations, users } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";

/**
 * Lets one change of the team happen after the other, and answers what the actor is by now: the role with which the
 * request came in may be gone. Rows that only refer to the organisation are not held up.
 */
export async function lockTeamOfOrganization(
  tx: Database,
  ctx: Context,
): Promise<{ id: string; role: OrganizationRole }> {
  await tx
    .select({ id: organizations.id })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId))
    .for("no key update");
  const [actor] = await tx
    .select({ id: members.id, role: members.role })
    .from(members)
    .where(and(eq(members.organizationId, ctx.organizationId), eq(members.userId, ctx.actor.userId)));
  if (!actor) throw new DomainError("not_allowed", "You are not in this organisation any longer.");
  return actor;
}

/** The lock for those who may change the team. */
export async function lockTeam(tx: Database, ctx: Context): Promise<{ actorRole: OrganizationRole }> {
  const { role } = await lockTeamOfOrganization(tx, ctx);
  if (role === "member")
    throw new DomainError("not_allowed", "Only an owner or an admin of the organisation can do this.");
  return { actorRole: role };
}

export async function getMember(tx: Database, ctx: Context, memberId: string) {
  const [member] = await tx
    .select({
      id: members.id,
      userId: members.userId,
      role: members.role,
      name: users.name,
      email: users.email,
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(and(eq(members.organizationId, ctx.organizationId), eq(members.id, memberId)));
  if (!member) throw new DomainError("not_found", "This person is no longer in the team.");
  return member;
}

export function requireOwner(actorRole: OrganizationRole, sentence: string): void {
  if (actorRole !== "owner") throw new DomainError("not_allowed", sentence);
}

/** Within the lock, before an owner stops being one. */
export async function requireAnotherOwner(tx: Database, ctx: Context): Promise<void> {
  const owners = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.organizationId, ctx.organizationId), eq(members.role, "owner")))
    .limit(2);
  if (owners.length < 2)
    throw new DomainError(
      "last_owner",
      "This is the last owner of the organisation. Make somebody else an owner first.",
    );
}
