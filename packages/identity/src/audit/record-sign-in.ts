import type { Database } from "@waystation/db/client";
import { users } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";
import { countAttempt, type RateLimit } from "../rate-limit.ts";
import type { AuditAction } from "./record.ts";
import { recordAuditForUser } from "./record-for-user.ts";

/** What people do themselves, and what anybody can do to their account: of that, one entry an hour says it. */
const LIMITS = {
  "sign_in.succeeded": { limit: 20, seconds: 60 * 60 },
  "sign_in.ended": { limit: 20, seconds: 60 * 60 },
  "sign_in.failed": { limit: 1, seconds: 60 * 60 },
  "sign_in.closed": { limit: 1, seconds: 60 * 60 },
  "sign_in.code_wrong": { limit: 1, seconds: 60 * 60 },
  "sign_in.codes_closed": { limit: 1, seconds: 60 * 60 },
} satisfies Partial<Record<AuditAction, RateLimit>>;

export type SignInAction = keyof typeof LIMITS;

interface SignIn {
  action: SignInAction;
  userId: string;
  ip: string | null;
  detail?: Record<string, unknown>;
}

/** Writes into the log of every organisation of this person who came in or tried to, never so often that it fills the log. */
export async function recordSignIn(db: Database, { action, userId, ip, detail }: SignIn): Promise<void> {
  const [person] = await db
    .select({ userId: users.id, name: users.name, email: users.email })
    .from(users)
    .where(eq(users.id, userId));
  if (!person) return;
  const { allowed } = await countAttempt(db, `audit:${action}:${person.userId}`, LIMITS[action]);
  const isTheirs = action === "sign_in.succeeded" || action === "sign_in.ended";
  // Who does not know the password, or has no code, may be anybody.
  if (allowed)
    await recordAuditForUser(db, { ...person, ip, ...(isTheirs ? {} : { actor: null }) }, action, detail);
}
