import type { RequestContext } from "@waystation/core/context";
import { members, organizations, users, verifications } from "@waystation/db/schema/identity";
import { asc, desc, eq, sql } from "drizzle-orm";
import { addressBlock, withAttemptLimit } from "../rate-limit.ts";
import type { ResetOfferInput } from "./inputs.ts";
import { isOpenResetToken, readResetToken, resetInvalidError } from "./reset-link.ts";

const WRONG_LINKS = { limit: 30, seconds: 15 * 60 };

/** Whose password a link changes, for whoever holds it; where its address has several accounts, these to choose from. */
export async function describeResetLink(ctx: RequestContext, input: ResetOfferInput) {
  const { email, expiresAt, accounts } = await requireReset(ctx, input.token);
  const choice = accounts.length > 1 && {
    accounts: accounts.map(({ userId, organizations }) => ({ id: userId, organizations })),
  };
  return { email, expiresAt: expiresAt.toISOString(), ...choice };
}

/** An open link, and the accounts whose password it can change: the one that has proved its address first. */
export function requireReset(ctx: RequestContext, token: string) {
  return withAttemptLimit(ctx.db, `reset-link:${addressBlock(ctx.ip)}`, WRONG_LINKS, "links", async () => {
    const [found] = await ctx.db
      .select({ reset: verifications.value, expiresAt: verifications.expiresAt })
      .from(verifications)
      .where(isOpenResetToken(token));
    if (!found) throw resetInvalidError();
    const { userId, email, madeBy } = readResetToken(found.reset);
    const accounts = await ctx.db
      .select({
        userId: users.id,
        name: users.name,
        email: users.email,
        isVerified: users.emailVerified,
        organizations: sql<string[]>`coalesce(
          json_agg(${organizations.name} order by ${organizations.name}) filter (where ${organizations.id} is not null), '[]')`,
      })
      .from(users)
      .leftJoin(members, eq(members.userId, users.id))
      .leftJoin(organizations, eq(organizations.id, members.organizationId))
      .where(userId === null ? eq(users.email, email ?? "") : eq(users.id, userId))
      .groupBy(users.id)
      .orderBy(desc(users.emailVerified), asc(users.createdAt), asc(users.id));
    const [first] = accounts;
    if (!first) throw resetInvalidError();
    return { accounts, email: first.email, expiresAt: found.expiresAt, madeBy, isMailed: userId === null };
  });
}
