import { createHash, randomBytes } from "node:crypto";
import type { Database } from "@waystation/db/client";
import { verifications } from "@waystation/db/schema-people";
import { and, eq, gt, like, lt, type SQL, sql } from "drizzle-orm";
import { DomainError } from "../errors.ts";

/** Whose password a link changes; nobody's, where an address without an account asked for one. */
export interface Reset {
  userId: string | null;
  /** The owner who made the link; null where the person asked for it, or an operator did. */
  madeBy: string | null;
}

const PREFIX = "password-reset:";
const TOKEN_BYTES = 32;

/** Works once, for an hour. Of its token only a hash is kept, and it stands behind the `#`, which browsers send nowhere. */
export async function newResetLink(tx: Database, publicUrl: string, reset: Reset) {
  const ended = and(like(verifications.identifier, `${PREFIX}%`), lt(verifications.expiresAt, sql`now()`));
  await tx.delete(verifications).where(ended);
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  const [made] = await tx
    .insert(verifications)
    .values({
      identifier: identifierOf(token),
      value: JSON.stringify(reset),
      expiresAt: sql`now() + interval '1 hour'`,
    })
    .returning({ expiresAt: verifications.expiresAt });
  if (!made) throw new Error("The link was not stored.");
  return { link: `${publicUrl}/reset-password#${token}`, expiresAt: made.expiresAt };
}

/** Neither used nor run out. */
export function isOpenReset(token: string): SQL | undefined {
  return and(eq(verifications.identifier, identifierOf(token)), gt(verifications.expiresAt, sql`now()`));
}

export const readReset = (value: string) => JSON.parse(value) as Reset;

/** All links to change this person's password. */
export async function forgetResets(tx: Database, userId: string): Promise<void> {
  const theirs = sql`${verifications.value}::json ->> 'userId' = ${userId}`;
  await tx.delete(verifications).where(and(like(verifications.identifier, `${PREFIX}%`), theirs));
}

export function resetInvalid(): DomainError {
  return new DomainError(
    "reset_invalid",
    "This link does not work: it was used or has run out. Ask for a new one.",
  );
}

function identifierOf(token: string): string {
  return `${PREFIX}${createHash("sha256").update(token).digest("base64url")}`;
}
