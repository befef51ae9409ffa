import type { Installation } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { secondFactors, users } from "@waystation/db/schema/identity";
import { and, eq, isNotNull, lt, sql } from "drizzle-orm";
import { recordAuditForUser } from "../audit/record-for-user.ts";
import { withAttemptLimit } from "../rate-limit.ts";
import { hashBackupCode } from "./backup-codes.ts";
import { isTotpCode, totpStepOf, unsealTotpSecret } from "./totp-secret.ts";

/** With three codes that are right at each moment, that is one chance in 1,400 for who guesses all day long. */
const WRONG_CODES = { limit: 5, seconds: 30 * 60 };

interface Attempt {
  userId: string;
  code: string;
  ip: string | null;
}

type Means = Pick<Installation, "db" | "keyring">;

/** Uses up a code of this person's app, or a backup code. Refuses one that was used before, and who has tried too often. */
export async function verifySecondFactorCode(
  { db, keyring }: Means,
  { userId, code, ip }: Attempt,
): Promise<void> {
  await withAttemptLimit(db, `second-factor:${userId}`, WRONG_CODES, "codes", async () => {
    const plain = code.replace(/\s/g, "");
    const isTaken = isTotpCode(plain)
      ? await takeStep({ db, keyring }, userId, plain)
      : await takeBackupCode(db, { userId, code: plain, ip });
    if (!isTaken) throw codeWrongError();
  });
}

async function takeStep({ db, keyring }: Means, userId: string, code: string): Promise<boolean> {
  const isTheirs = and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt));
  const [factor] = await db
    .select({ sealed: secondFactors.secretSealed })
    .from(secondFactors)
    .where(isTheirs);
  const step = factor?.sealed ? totpStepOf(unsealTotpSecret(keyring, userId, factor.sealed), code) : null;
  if (step === null) return false;
  const taken = await db
    .update(secondFactors)
    .set({ lastStep: step })
    .where(and(isTheirs, lt(secondFactors.lastStep, step)))
    .returning({ userId: secondFactors.userId });
  return taken.length > 0;
}

async function takeBackupCode(db: Database, { userId, code, ip }: Attempt): Promise<boolean> {
  const hash = hashBackupCode(userId, code);
  return db.transaction(async (tx) => {
    const [taken] = await tx
      .update(secondFactors)
      .set({ backupCodes: sql`array_remove(${secondFactors.backupCodes}, ${hash})` })
      .where(
        and(
          eq(secondFactors.userId, userId),
          isNotNull(secondFactors.confirmedAt),
          sql`${hash} = any(${secondFactors.backupCodes})`,
        ),
      )
      .returning({ left: sql<number>`cardinality(${secondFactors.backupCodes})` });
    if (!taken) return false;
    const [person] = await tx
      .select({ userId: users.id, name: users.name, email: users.email })
      .from(users)
      .where(eq(users.id, userId));
    if (person)
      await recordAuditForUser(tx, { ...person, ip }, "member.backup_code_used", { left: taken.left });
    return true;
  });
}

export function codeWrongError(): DomainError {
  return new DomainError(
    "code_wrong",
    "This code is not right, or was used already. Wait for the next one in your app, and check the clock of your phone.",
    { field: "code" },
  );
}
