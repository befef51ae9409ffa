import type { Database } from "@waystation/db/client";
import { accounts, users } from "@waystation/db/schema-people";

export interface NewAccount {
  name: string;
  email: string;
  passwordHash: string;
}

/** A person who signs in with a password, in better-auth's tables; null when the address has an account already. */
export async function addAccount(tx: Database, account: NewAccount): Promise<string | null> {
  const { name, email, passwordHash } = account;
  const [user] = await tx
    .insert(users)
    .values({ name, email })
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  if (!user) return null;
  await tx.insert(accounts).values({
    userId: user.id,
    accountId: user.id,
    providerId: "credential",
    password: passwordHash,
  });
  return user.id;
}
