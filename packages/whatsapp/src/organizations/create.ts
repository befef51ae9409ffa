import { members } from "@waystation/db/schema-people";
import { and, eq } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import type { PersonContext } from "../context.ts";
import { DomainError } from "../errors.ts";
import { enforceLimit } from "../rate-limit.ts";
import { addOrganization } from "./add.ts";
import type { CreateOrganization } from "./inputs.ts";

const NEW_ORGANIZATIONS = { limit: 20, seconds: 60 * 60 };

/** A further organisation on this installation, by somebody who owns one already. */
export async function createOrganization(ctx: PersonContext, input: CreateOrganization) {
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
