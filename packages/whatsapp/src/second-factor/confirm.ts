import { secondFactors, sessions, users } from "@waystation/db/schema-people";
import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { publishAccessChange } from "../access.ts";
import { recordForPerson } from "../audit/record-for-person.ts";
import type { PersonContext } from "../context.ts";
import { DomainError } from "../errors.ts";
import { guess } from "../rate-limit.ts";
import { hashBackupCode, newBackupCodes } from "./codes.ts";
import type { ConfirmSecondFactor } from "./inputs.ts";
import { openSecret, stepOf } from "./secret.ts";
import { codeWrong } from "./take-code.ts";

const WRONG_CODES = { limit: 30, seconds: 15 * 60 };

/** From now on signing in takes a code too. Who was signed in without one, elsewhere, is not any longer. */
export async function confirmSecondFactor(ctx: PersonContext, input: ConfirmSecondFactor) {
  const { userId, sessionId } = ctx.person;
  const isBegun = and(eq(secondFactors.userId, userId), isNull(secondFactors.confirmedAt));
  const [begun] = await ctx.db.select().from(secondFactors).where(isBegun);
  if (!begun?.secretSealed)
    throw new DomainError(
      "changed_meanwhile",
      "This was not begun, or is done already. Load the page again.",
    );
  const secret = openSecret(ctx.keyring, userId, begun.secretSealed);
  const step = await guess(ctx.db, `confirm-factor:${userId}`, WRONG_CODES, "codes", async () => {
    const found = stepOf(secret, input.code.replace(/\s/g, ""));
    if (found === null) throw codeWrong();
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
    if (confirmed.length === 0) throw codeWrong();
    await tx.delete(sessions).where(and(eq(sessions.userId, userId), ne(sessions.id, sessionId)));
    await recordForPerson(tx, { ...ctx.person, ip: ctx.ip }, "member.second_factor_on");
  });
  await publishAccessChange(ctx, userId);
  return { backupCodes: codes };
}
