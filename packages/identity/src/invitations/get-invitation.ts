import type { RequestContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { invitations, organizations } from "@waystation/db/schema/identity";
import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import { addressBlock, withAttemptLimit } from "../rate-limit.ts";
import { readInvitationToken } from "./invitation-link.ts";

const WRONG_INVITATIONS = { limit: 60, seconds: 15 * 60 };

/** What an invitation link offers, for whoever holds it: not whether its address has an account, which is not theirs to know. */
export async function getInvitation(ctx: RequestContext, { token }: { token: string }) {
  const block = `invitation:block:${addressBlock(ctx.ip)}`;
  const offer = await withAttemptLimit(ctx.db, block, WRONG_INVITATIONS, "invitations", async () => {
    const [found] = await ctx.db
      .select({
        organization: organizations.name,
        email: invitations.email,
        role: invitations.role,
        expiresAt: invitations.expiresAt,
      })
      .from(invitations)
      .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
      .where(isOpenInvitation(ctx, token));
    if (!found) throw invitationInvalidError();
    return found;
  });
  return { ...offer, expiresAt: offer.expiresAt.toISOString() };
}

/** Neither used nor taken back nor run out, and its token is ours. */
export function isOpenInvitation(ctx: RequestContext, token: string): SQL | undefined {
  const read = readInvitationToken(ctx.linkSecret, token);
  if (!read) throw invitationInvalidError();
  return and(
    eq(invitations.id, read.id),
    eq(invitations.status, "pending"),
    gt(invitations.expiresAt, sql`now()`),
  );
}

export function invitationInvalidError(): DomainError {
  return new DomainError(
    "invitation_invalid",
    "This invitation does not work: it was used, taken back or has run out. Ask for a new one.",
  );
}
