import type { UserContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { members, sessions } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { publishAccessChange } from "../access.ts";
import type { ActivateOrganizationInput } from "./inputs.ts";

/** From now on this session acts for another organisation of the same person. */
export async function activateOrganization(ctx: UserContext, input: ActivateOrganizationInput) {
  const { userId, sessionId } = ctx.person;
  const [member] = await ctx.db
    .select({ id: members.id })
    .from(members)
    .where(and(eq(members.userId, userId), eq(members.organizationId, input.organizationId)));
  if (!member) throw new DomainError("not_found", "You do not belong to this organisation.");
  await ctx.db
    .update(sessions)
    .set({ activeOrganizationId: input.organizationId })
    .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId)));
  await publishAccessChange(ctx, userId);
  return { id: input.organizationId };
}
