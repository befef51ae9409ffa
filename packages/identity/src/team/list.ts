import type { Context } from "@waystation/core/context";
import { invitations, members, organizations, secondFactors, users } from "@waystation/db/schema/identity";
import { and, asc, eq, gt, isNotNull, sql } from "drizzle-orm";
import { invitationLink } from "../invitations/invitation-link.ts";

/** The team, and to those who may invite the open invitations. */
export async function listTeam(ctx: Context) {
  const people = await ctx.db
    .select({
      id: members.id,
      userId: members.userId,
      name: users.name,
      email: users.email,
      role: members.role,
      joinedAt: members.createdAt,
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(eq(members.organizationId, ctx.organizationId))
    .orderBy(asc(members.createdAt), asc(members.id));
  const [organization] = await ctx.db
    .select({ requiresSecondFactor: organizations.requiresSecondFactor })
    .from(organizations)
    .where(eq(organizations.id, ctx.organizationId));
  const mayInvite = ctx.actor.role !== "member";
  const careful = mayInvite ? await withSecondFactor(ctx) : null;
  return {
    requiresSecondFactor: organization?.requiresSecondFactor ?? false,
    members: people.map((person) => ({
      ...person,
      /** Whose account is the easier to take is for those who can do something about it. */
      hasSecondFactor: careful?.has(person.userId) ?? null,
      joinedAt: person.joinedAt.toISOString(),
      isYou: person.userId === ctx.actor.userId,
    })),
    // With the link of an invitation a program could make itself a person.
    invitations: mayInvite && ctx.actor.keyId === undefined ? await openInvitations(ctx) : [],
  };
}

/** Who signs in in two steps: of people's accounts the organisation's own view of the database shows nothing. */
async function withSecondFactor(ctx: Context): Promise<Set<string>> {
  const rows = await ctx.installation.db
    .select({ userId: members.userId })
    .from(members)
    .innerJoin(secondFactors, eq(secondFactors.userId, members.userId))
    .where(and(eq(members.organizationId, ctx.organizationId), isNotNull(secondFactors.confirmedAt)));
  return new Set(rows.map(({ userId }) => userId));
}

async function openInvitations(ctx: Context) {
  const rows = await ctx.db
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.role,
      expiresAt: invitations.expiresAt,
      invitedBy: users.name,
    })
    .from(invitations)
    .innerJoin(users, eq(users.id, invitations.inviterId))
    .where(
      and(
        eq(invitations.organizationId, ctx.organizationId),
        eq(invitations.status, "pending"),
        gt(invitations.expiresAt, sql`now()`),
      ),
    )
    .orderBy(asc(invitations.createdAt), asc(invitations.id));
  return rows.map((row) => ({
    ...row,
    expiresAt: row.expiresAt.toISOString(),
    /** Whoever holds the link can join with it: an admin must not become an owner that way. */
    link: row.role === "owner" && ctx.actor.role !== "owner" ? null : invitationLink(ctx, row.id),
  }));
}
