import { randomUUID } from "node:crypto";
import type { Database } from "@waystation/db/client";
import { members, organizations } from "@waystation/db/schema/identity";

/** A new organisation with its first owner. */
export async function addOrganization(
  tx: Database,
  { name, ownerId }: { name: string; ownerId: string },
): Promise<string> {
  const [organization] = await tx
    .insert(organizations)
    .values({ name, slug: randomUUID() })
    .returning({ id: organizations.id });
  if (!organization) throw new Error("The organisation was not stored.");
  await tx.insert(members).values({ organizationId: organization.id, userId: ownerId, role: "owner" });
  return organization.id;
}
