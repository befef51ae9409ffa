import { invitations, organizations } from "@waystation/db/schema-people";
import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Visit } from "../context.ts";
import { DomainError } from "../errors.ts";
import { addressBlock, guess } from "../rate-limit.ts";
import { readInvitationToken } from "./invitation-link.ts";

const WRONG_INVITATIONS = { limit: 60, seconds: 15 * 60 };

/** What an invitation link offers, for whoever holds it: not whether its address has an account, which is not theirs to know. */
export async function invitation(ctx: Visit, { token }: { token: string }) {
  const block = `invitation:block:${addressBlock(ctx.ip)}`;
  const offer = await guess(ctx.db, block, WRONG_INVITATIONS, "invitations", async () => {
    const [found] = await ctx.db
      .select({
        organization: organizations.name,
        email: invitations.email,
        role: invitations.role,
        expiresAt: invitations.expiresAt,
      })
      .from(invitations)
      .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
      .where(stillOpen(ctx, token));
    if (!found) throw invitationInvalid();
    return found;
  });
  return { ...offer, expiresAt: offer.expiresAt.toISOString() };
}

/** Neither used nor taken back nor run out, and its token is ours. */
export function stillOpen(ctx: Visit, token: string): SQL | undefined {
  const read = readInvitationToken(ctx.linkSecret, token);
  if (!read) throw invitationInvalid();
  return and(
    eq(invitations.id, read.id),
    eq(invitations.status, "pending"),
    gt(invitations.expiresAt, sql`now()`),
  );
}

export function invitationInvalid(): DomainError {
  return new DomainError(
    "invitation_invalid",
    "This invitation does not work: it was used, taken back or has run out. Ask for a new one.",
  );
}
