import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { members } from "@waystation/db/schema/identity";
import { and, eq, sql } from "drizzle-orm";

/**
 * An account is of the whole installation, and with it goes whatever it may do elsewhere. So an owner changes how somebody
 * signs in only where all of that person's organisations are the owner's own.
 */
export async function requireSoleOwner(tx: Database, ownerId: string, userId: string): Promise<void> {
  const owned = tx
    .select({ id: members.organizationId })
    .from(members)
    .where(and(eq(members.userId, ownerId), eq(members.role, "owner")));
  const theirs = await tx
    .select({ isOwned: sql<boolean>`${members.organizationId} in (${owned})` })
    .from(members)
    .where(eq(members.userId, userId));
  if (theirs.length === 0 || theirs.some(({ isOwned }) => !isOwned))
    throw new DomainError(
      "not_allowed",
      "This account does not belong to your organisation alone. Whoever runs the server can help them.",
    );
}

/** An owner's password is theirs alone: who could set it could act in their name, and nobody would be above both to see it. */
export async function requireNotOwner(tx: Database, userId: string): Promise<void> {
  const [owner] = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.userId, userId), eq(members.role, "owner")))
    .limit(1);
  if (owner)
    throw new DomainError(
      "not_allowed",
      "Nobody changes the password of an owner for them. Whoever runs the server can make them a link.",
    );
}
