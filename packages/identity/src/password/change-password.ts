import type { Database } from "@waystation/db/client";
import { accounts, sessions, users } from "@waystation/db/schema/identity";
import { and, eq } from "drizzle-orm";
import { passwordCredentialsOf, sharedPasswordSalt } from "./password-credentials.ts";
import { hashPassword, verifyPassword } from "./password-hash.ts";

interface PasswordChange {
  userId: string;
  email: string;
  /** The session that asks for it. */
  sessionId: string;
  currentPassword: string;
  newPassword: string;
  /** Ends all sessions of the account, this one too. */
  endsSessions: boolean;
  secret: string;
}

/**
 * Replaces the password of an account and returns the new hash. Null: the current password is wrong, or the password was replaced
 * or the session ended while it was compared.
 */
export async function changePassword(db: Database, change: PasswordChange): Promise<string | null> {
  const { userId, email, sessionId, secret } = change;
  const credentials = await passwordCredentialsOf(db, email);
  const current = credentials.find((credential) => credential.userId === userId)?.hash;
  const password = await hashPassword(change.newPassword, sharedPasswordSalt(credentials, secret, email));
  if (!current || !(await verifyPassword({ hash: current, password: change.currentPassword }))) return null;
  return db.transaction(async (tx) => {
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("update");
    const [session] = await tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, sessionId));
    if (!session) return null;
    const changed = await tx
      .update(accounts)
      .set({ password, updatedAt: new Date() })
      .where(
        and(
          eq(accounts.userId, userId),
          eq(accounts.providerId, "credential"),
          eq(accounts.password, current),
        ),
      )
      .returning({ id: accounts.id });
    if (changed.length === 0) return null;
    if (change.endsSessions) await tx.delete(sessions).where(eq(sessions.userId, userId));
    return password;
  });
}

/**
 * Whether an account still has the password with this hash. A transaction that is replacing it is waited for, so that a session
 * made before this call either is seen and ended by that transaction, or belongs to the password that counts.
 */
export async function isCurrentPassword(db: Database, userId: string, hash: string): Promise<boolean> {
  const [account] = await db
    .select({ hash: accounts.password })
    .from(accounts)
    .where(and(eq(accounts.userId, userId), eq(accounts.providerId, "credential")))
    .for("share");
  return account?.hash === hash;
}
