import type { Database } from "@waystation/db/client";
import { accounts, users } from "@waystation/db/schema/identity";
import { and, eq, notExists, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";

export interface NewAccount {
  name: string;
  email: string;
  passwordHash: string;
}

/**
 * A person who signs in with a password, in better-auth's tables. Other accounts may claim the same address: each has its own
 * password, and nothing of one is reached by another.
 */
export async function addAccount(tx: Database, account: NewAccount): Promise<string> {
  const { name, email, passwordHash } = account;
  const [user] = await tx.insert(users).values({ name, email }).returning({ id: users.id });
  if (!user) throw new Error("The account was not stored.");
  await tx.insert(accounts).values({
    userId: user.id,
    accountId: user.id,
    providerId: "credential",
    password: passwordHash,
  });
  return user.id;
}

/** Whoever has this account has opened a link that was mailed to its address: it is theirs, unless another account has it. */
export async function verifyEmailOfUser(tx: Database, { userId, email }: { userId: string; email: string }) {
  await lockAddress(tx, email);
  const other = alias(users, "other");
  const isTaken = tx
    .select({ one: sql`1` })
    .from(other)
    .where(and(eq(other.email, email), eq(other.emailVerified, true)));
  await tx
    .update(users)
    .set({ emailVerified: true })
    .where(and(eq(users.id, userId), notExists(isTaken)));
}

/** Lets one decision about who has an address happen after the other. */
async function lockAddress(tx: Database, email: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(1402, hashtext(${email}))`);
}
