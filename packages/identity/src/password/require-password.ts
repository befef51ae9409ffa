import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { accounts } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { withAttemptLimit } from "../rate-limit.ts";
import { verifyPassword } from "./password-hash.ts";

const WRONG_PASSWORDS = { limit: 10, seconds: 15 * 60 };

/** Before somebody changes how they sign in: that it is they, and not whoever found their browser open. */
export async function requirePassword(db: Database, userId: string, password: string): Promise<void> {
  await withAttemptLimit(db, `password:${userId}`, WRONG_PASSWORDS, "passwords", async () => {
    const [account] = await db
      .select({ hash: accounts.password })
      .from(accounts)
      .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")));
    if (!account?.hash || !(await verifyPassword({ hash: account.hash, password })))
      throw new DomainError("password_wrong", "This is not your password.", { field: "password" });
  });
}
