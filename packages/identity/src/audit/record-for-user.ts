import type { Database } from "@waystation/db/client";
import { members } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";
import { type AuditAction, type AuditActor, recordAudit } from "./record.ts";

interface Concerned {
  userId: string;
  name: string;
  email: string;
  ip: string | null;
  /** Who did it, where it was not the person: null for whoever runs the server. */
  actor?: AuditActor["actor"];
}

/** What is changed of somebody's account concerns every organisation that they belong to. */
export async function recordAuditForUser(
  tx: Database,
  { userId, name, email, ip, actor = { userId, name, email } }: Concerned,
  action: AuditAction,
  detail: Record<string, unknown> = {},
): Promise<void> {
  const theirs = await tx
    .select({ organizationId: members.organizationId })
    .from(members)
    .where(eq(members.userId, userId));
  for (const { organizationId } of theirs)
    await recordAudit(tx, { organizationId, actor, ip }, action, email, detail);
}
