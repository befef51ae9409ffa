import { invitations, members, users } from "@waystation/db/schema-people";
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Context } from "../context.ts";
import { invitationLink } from "./invitation-link.ts";

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
  return {
    members: people.map((person) => ({
      ...person,
      joinedAt: person.joinedAt.toISOString(),
      isYou: person.userId === ctx.actor.userId,
    })),
    // With the link of an invitation a program could make itself a person.
    invitations:
      ctx.actor.role === "member" || ctx.actor.keyId !== undefined ? [] : await openInvitations(ctx),
  };
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
