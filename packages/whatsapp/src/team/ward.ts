import type { Database } from "@waystation/db/client";
import { members } from "@waystation/db/schema-people";
import { and, eq, sql } from "drizzle-orm";
import { DomainError } from "../errors.ts";

/**
 * An account is of the whole installation, and with its password goes whatever it may do elsewhere. So an owner helps those
 * into their account who own nothing, and who belong to no organisation but the owner's own.
 */
export async function requireWard(tx: Database, ownerId: string, userId: string): Promise<void> {
  const owned = tx
    .select({ id: members.organizationId })
    .from(members)
    .where(and(eq(members.userId, ownerId), eq(members.role, "owner")));
  const theirs = await tx
    .select({ role: members.role, isOwned: sql<boolean>`${members.organizationId} in (${owned})` })
    .from(members)
    .where(eq(members.userId, userId));
  if (theirs.some(({ role }) => role === "owner"))
    throw new DomainError(
      "not_allowed",
      "An owner's password is changed by no other owner. They can ask for a mail on the sign-in page, or whoever runs the server makes them a link.",
    );
  if (theirs.length === 0 || theirs.some(({ isOwned }) => !isOwned))
    throw new DomainError(
      "not_allowed",
      "This account does not belong to your organisation alone. They can ask for a mail on the sign-in page, or whoever runs the server makes them a link.",
    );
}
