import { createHash, randomBytes } from "node:crypto";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { verifications } from "@waystation/db/schema/identity";
import { and, eq, gt, like, lt, type SQL, sql } from "drizzle-orm";

/** Whose password a link changes. */
interface PasswordReset {
  /** Null for a link that was mailed: then whoever reads the mail of `email` says which of its accounts. */
  userId: string | null;
  /** The owner who made the link; null where the person asked for it, or an operator did. */
  madeBy: string | null;
  /** Of a link that was mailed. The address may have no account: then the link leads to nothing. */
  email?: string;
}

const PREFIX = "password-reset:";
const TOKEN_BYTES = 32;

/** Works once, for an hour. Of its token only a hash is kept, and it stands behind the `#`, which browsers send nowhere. */
export async function createResetLink(tx: Database, publicUrl: string, reset: PasswordReset) {
  await tx.delete(verifications).where(lt(verifications.expiresAt, sql`now()`));
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
export function isOpenResetToken(token: string): SQL | undefined {
  return and(eq(verifications.identifier, identifierOf(token)), gt(verifications.expiresAt, sql`now()`));
}

export const readResetToken = (value: string) => JSON.parse(value) as PasswordReset;

/**
 * All links to change this account's password; with `email`, those too that were mailed to that address. Only who reads its mail
 * ends these: they may be for another account of the address.
 */
export async function deleteResetLinks(tx: Database, userId: string, email: string | null): Promise<void> {
  const theirs = sql`(${verifications.value}::json ->> 'userId' = ${userId} or ${verifications.value}::json ->> 'email' = ${email})`;
  await tx.delete(verifications).where(and(like(verifications.identifier, `${PREFIX}%`), theirs));
}

export function resetInvalidError(): DomainError {
  return new DomainError(
    "reset_invalid",
    "This link does not work: it was used or has run out. Ask for a new one.",
  );
}

function identifierOf(token: string): string {
  return `${PREFIX}${createHash("sha256").update(token).digest("base64url")}`;
}
