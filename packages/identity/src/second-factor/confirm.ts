import type { UserContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { secondFactors, sessions, users } from "@waystation/db/schema/identity";
import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { publishAccessChange } from "../access.ts";
import { recordAuditForUser } from "../audit/record-for-user.ts";
import { withAttemptLimit } from "../rate-limit.ts";
import { hashBackupCode, newBackupCodes } from "./backup-codes.ts";
import type { ConfirmSecondFactorInput } from "./inputs.ts";
import { totpStepOf, unsealTotpSecret } from "./totp-secret.ts";
import { codeWrongError } from "./verify-code.ts";

const WRONG_CODES = { limit: 30, seconds: 15 * 60 };

/** From now on signing in takes a code too. Who was signed in without one, elsewhere, is not any longer. */
export async function confirmSecondFactor(ctx: UserContext, input: ConfirmSecondFactorInput) {
  const { userId, sessionId } = ctx.person;
  const isBegun = and(eq(secondFactors.userId, userId), isNull(secondFactors.confirmedAt));
  const [begun] = await ctx.db.select().from(secondFactors).where(isBegun);
  if (!begun?.secretSealed)
    throw new DomainError(
      "changed_meanwhile",
      "This was not begun, or is done already. Load the page again.",
    );
  const secret = unsealTotpSecret(ctx.keyring, userId, begun.secretSealed);
  const step = await withAttemptLimit(ctx.db, `confirm-factor:${userId}`, WRONG_CODES, "codes", async () => {
    const found = totpStepOf(secret, input.code.replace(/\s/g, ""));
    if (found === null) throw codeWrongError();
    return found;
  });
  const codes = newBackupCodes();
  const backupCodes = codes.map((code) => hashBackupCode(userId, code));
  await ctx.db.transaction(async (tx) => {
    // A reset of the password that is under way ends this session first, or ends the sessions that are left here.
    await tx.select({ id: users.id }).from(users).where(eq(users.id, userId)).for("update");
    const [session] = await tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, sessionId));
    if (!session) throw new DomainError("not_signed_in", "You were signed out. Sign in again.");
    const confirmed = await tx
      .update(secondFactors)
      .set({ confirmedAt: sql`now()`, lastStep: step, backupCodes })
      .where(and(isBegun, eq(secondFactors.secretSealed, begun.secretSealed ?? "")))
      .returning({ userId: secondFactors.userId });
    if (confirmed.length === 0) throw codeWrongError();
    await tx.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, sessionId)));
    await recordAuditForUser(tx, { ...ctx.person, ip: ctx.ip }, "member.second_factor_on");
  });
  await publishAccessChange(ctx, userId);
  return { backupCodes: codes };
}
