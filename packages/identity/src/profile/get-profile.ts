import type { RequestContext } from "@waystation/core/context";
import { members, organizations } from "@waystation/db/schema/identity";
import { asc, eq } from "drizzle-orm";

/** Who is asking, for which organisation, and what this installation can do; null for a stranger. */
export async function getProfile(ctx: RequestContext) {
  const { person } = ctx;
  if (!person) return null;
  const mine = await ctx.db
    .select({ id: organizations.id, name: organizations.name, role: members.role })
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId))
    .where(eq(members.userId, person.userId))
    .orderBy(asc(members.createdAt), asc(members.id));
  return {
    user: { id: person.userId, name: person.name, email: person.email },
    sessionId: person.sessionId,
    lacksSecondFactor: person.lacksSecondFactor,
    organization: mine.find(({ id }) => id === person.organizationId) ?? null,
    organizations: mine,
    instance: {
      publicUrl: ctx.publicUrl,
      embedded: ctx.embedded,
      mail: ctx.sendMail !== null,
      testMode: ctx.simulatorUrl === null ? null : { simulatorUrl: ctx.simulatorUrl },
    },
  };
}
