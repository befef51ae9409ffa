import type { UserContext } from "@waystation/core/context";
import type { Database } from "@waystation/db/client";
import { members, organizations, secondFactors } from "@waystation/db/schema/identity";
import { and, asc, eq, isNotNull, sql } from "drizzle-orm";

/** How somebody's own second step stands. */
export async function secondFactorStatus(ctx: UserContext) {
  const { userId } = ctx.person;
  const [factor] = await ctx.db
    .select({
      since: secondFactors.confirmedAt,
      left: sql<number>`cardinality(${secondFactors.backupCodes})`,
    })
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)));
  return {
    since: factor?.since?.toISOString() ?? null,
    backupCodesLeft: factor?.left ?? 0,
    requiredBy: await organizationsRequiringSecondFactor(ctx.db, userId),
  };
}

/** The names of the organisations of this person that let nobody in without it. */
export async function organizationsRequiringSecondFactor(db: Database, userId: string): Promise<string[]> {
  const rows = await db
    .select({ name: organizations.name })
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId))
    .where(and(eq(members.userId, userId), eq(organizations.requiresSecondFactor, true)))
    .orderBy(asc(organizations.name));
  return rows.map(({ name }) => name);
}
