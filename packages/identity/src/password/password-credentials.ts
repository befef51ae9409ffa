import { createHmac } from "node:crypto";
import type { Database } from "@waystation/db/client";
import { accounts, users } from "@waystation/db/schema/identity";
import { and, asc, desc, eq, isNotNull } from "drizzle-orm";
import {
  addressBucket,
  countAttempts,
  forgetAttempts,
  type RateLimit,
  signInAttemptsKey,
  uncountAttempt,
} from "../rate-limit.ts";
import { findMatchingHash, saltOfHash } from "./password-hash.ts";

/** An account that claims an address, and the hash of its password. */
interface PasswordCredential {
  userId: string;
  hash: string;
}

/** Wrong passwords only: what succeeds is taken back. */
const WRONG_PASSWORDS: RateLimit = { limit: 10, seconds: 15 * 60 };
const SALT_BYTES = 16;

/** All accounts that claim this address; the one that has proved it first. */
export async function passwordCredentialsOf(db: Database, email: string): Promise<PasswordCredential[]> {
  const rows = await db
    .select({ userId: users.id, hash: accounts.password })
    .from(users)
    .innerJoin(accounts, and(eq(accounts.userId, users.id), eq(accounts.providerId, "credential")))
    .where(and(eq(users.email, email), isNotNull(accounts.password)))
    .orderBy(desc(users.emailVerified), asc(users.createdAt), asc(users.id));
  return rows.map(({ userId, hash }) => ({ userId, hash: hash ?? "" }));
}

/**
 * The salt of all passwords of an address. Accounts of one address share it, so that a sign-in computes one hash however many
 * there are: nobody can make it slow by adding accounts, and the time does not tell how many there are.
 */
export function sharedPasswordSalt(credentials: PasswordCredential[], secret: string, email: string): Buffer {
  const kept = credentials.map(({ hash }) => saltOfHash(hash)).find((salt) => salt !== null);
  return (
    kept ?? createHmac("sha256", secret).update(`password salt|${email}`).digest().subarray(0, SALT_BYTES)
  );
}

interface PasswordAttempt {
  email: string;
  password: string;
  credentials: PasswordCredential[];
  secret: string;
  /** A browser that has signed in to one of these accounts before, and the counter of its own wrong passwords. */
  knownDevice?: { userId: string; counter: string } | null;
}

type PasswordResult =
  | { result: "right"; userId: string; hash: string }
  | { result: "wrong" }
  | { result: "limited"; retryAfter: number };

/**
 * Tries a password on the accounts of an address. Each account has a counter of its own, so that whoever holds one account
 * cannot reset the limit of another; made-up addresses share counters.
 */
export async function tryPassword(db: Database, attempt: PasswordAttempt): Promise<PasswordResult> {
  const { email, password, credentials, secret, knownDevice } = attempt;
  const counterOf = ({ userId }: PasswordCredential) =>
    userId === knownDevice?.userId ? knownDevice.counter : signInAttemptsKey(userId);
  const unknown = `sign-in:${addressBucket(secret, email)}`;
  const counters = credentials.length === 0 ? [unknown] : credentials.map(counterOf);
  const counted = await countAttempts(db, counters, WRONG_PASSWORDS);
  if (![...counted.values()].some(({ allowed }) => allowed))
    return {
      result: "limited",
      retryAfter: Math.min(...[...counted.values()].map(({ retryAfter }) => retryAfter)),
    };
  const allowed = credentials.filter((credential) => counted.get(counterOf(credential))?.allowed);
  const index = await findMatchingHash(
    allowed.map(({ hash }) => hash),
    password,
    sharedPasswordSalt(credentials, secret, email),
  );
  const right = allowed[index];
  if (!right) return { result: "wrong" };
  await forgetAttempts(db, counterOf(right));
  await uncountAttempt(db, ...counters.filter((counter) => counter !== counterOf(right)));
  return { result: "right", ...right };
}
