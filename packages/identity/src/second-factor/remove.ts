import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { secondFactors, sessions } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";

/** Takes away the second step of somebody who has lost their app and their backup codes, and ends their sessions. */
export async function removeSecondFactor(tx: Database, userId: string): Promise<void> {
  const removed = await tx.delete(secondFactors).where(eq(secondFactors.userId, userId)).returning();
  if (removed.length === 0) throw new DomainError("not_found", "This person has no two-step sign-in.");
  await tx.delete(sessions).where(eq(sessions.userId, userId));
}
