import type { Context, Installation } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { members, organizations, secondFactors, sessions } from "@waystation/db/schema/identity";
import { apiKeys } from "@waystation/db/schema/schema";
import { and, eq, gt, isNull, or, sql } from "drizzle-orm";

/** Of a member, with their organisation: that it asks for a second step, and they have none. */
export const lacksSecondFactor = sql`${organizations.requiresSecondFactor} and not exists (
  select from ${secondFactors}
  where ${secondFactors.userId} = ${members.userId} and ${secondFactors.confirmedAt} is not null)`;

/** Throws when who asked, some time ago, may no longer: they were signed out, removed, or act for another organisation. */
export async function requireAccess(ctx: Context): Promise<void> {
  const { userId, sessionId, keyId } = ctx.actor;
  if (keyId !== undefined) return requireKey(ctx, keyId);
  const isMember = and(eq(members.organizationId, ctx.organizationId), eq(members.userId, userId));
  const [[member], [session]] = await Promise.all([
    ctx.installation.db
      .select({ isComplete: sql<boolean>`not (${lacksSecondFactor})` })
      .from(members)
      .innerJoin(organizations, eq(organizations.id, members.organizationId))
      .where(isMember),
    sessionId === undefined
      ? []
      : ctx.installation.db
          .select({ actsFor: members.organizationId })
          .from(sessions)
          .leftJoin(
            members,
            and(
              eq(members.userId, sessions.userId),
              eq(members.organizationId, sessions.activeOrganizationId),
            ),
          )
          .where(
            and(eq(sessions.id, sessionId), eq(sessions.userId, userId), sql`${sessions.expiresAt} > now()`),
          ),
  ]);
  if (sessionId !== undefined && !session)
    throw new DomainError("not_signed_in", "You were signed out. Sign in again.");
  const isElsewhere = session?.actsFor && session.actsFor !== ctx.organizationId;
  if (!member || isElsewhere) throw notAMember();
  if (!member.isComplete) throw secondFactorNeededError();
}

/** For a page that shows another session or organisation than its requests are now made for. */
export function notAMember(): DomainError {
  return new DomainError(
    "not_allowed",
    "You are not at this organisation's desk any longer. Load the page again.",
  );
}

/** What is refused to whoever lacks the second step that their organisation asks for. */
export function secondFactorNeededError(): DomainError {
  return new DomainError(
    "second_factor_needed",
    "Your organisation asks for two-step sign-in. Set it up first.",
  );
}

async function requireKey(ctx: Context, keyId: string): Promise<void> {
  const [key] = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.organizationId, ctx.organizationId),
        eq(apiKeys.id, keyId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    );
  if (!key) throw new DomainError("key_refused", "This API key was revoked, or has expired.");
}

/** Has this person's open streams looked at again, in every process, after their sessions or memberships changed. */
export async function publishAccessChange(
  platform: Pick<Installation, "db" | "feed">,
  userId: string,
): Promise<void> {
  const theirs = await platform.db
    .select({ organizationId: members.organizationId })
    .from(members)
    .where(eq(members.userId, userId));
  for (const { organizationId } of theirs) platform.feed.publish({ organizationId, userId });
}
