import type { UserContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { members } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import { enforceLimit } from "../rate-limit.ts";
import { addOrganization } from "./add.ts";
import type { CreateOrganizationInput } from "./inputs.ts";

const NEW_ORGANIZATIONS = { limit: 20, seconds: 60 * 60 };

/** A further organisation on this installation, by somebody who owns one already. */
export async function createOrganization(ctx: UserContext, input: CreateOrganizationInput) {
  const { person, ip } = ctx;
  await enforceLimit(ctx.db, `create-organization:${person.userId}`, NEW_ORGANIZATIONS, "new organisations");
  return ctx.db.transaction(async (tx) => {
    const [owned] = await tx
      .select({ id: members.id })
      .from(members)
      .where(and(eq(members.userId, person.userId), eq(members.role, "owner")))
      .limit(1);
    if (!owned) throw new DomainError("not_allowed", "Only an owner can make a further organisation.");
    const organizationId = await addOrganization(tx, { name: input.name, ownerId: person.userId });
    await recordAudit(tx, { organizationId, actor: person, ip }, "organization.created", input.name);
    return { id: organizationId };
  });
}
