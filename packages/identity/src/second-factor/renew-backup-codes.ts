import type { UserContext } from "@waystation/core/context";
import { secondFactors } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";
import { recordAuditForUser } from "../audit/record-for-user.ts";
import { requirePassword } from "../password/require-password.ts";
import { hashBackupCode, newBackupCodes } from "./backup-codes.ts";
import type { ReauthenticationInput } from "./inputs.ts";
import { verifySecondFactorCode } from "./verify-code.ts";

/** Ten new codes in the place of those that there were. */
export async function renewBackupCodes(ctx: UserContext, input: ReauthenticationInput) {
  const { userId } = ctx.person;
  await requirePassword(ctx.db, userId, input.password);
  await verifySecondFactorCode(ctx, { userId, code: input.code, ip: ctx.ip });
  const codes = newBackupCodes();
  const backupCodes = codes.map((code) => hashBackupCode(userId, code));
  await ctx.db.transaction(async (tx) => {
    await tx.update(secondFactors).set({ backupCodes }).where(eq(secondFactors.userId, userId));
    await recordAuditForUser(tx, { ...ctx.person, ip: ctx.ip }, "member.backup_codes_made");
  });
  return { backupCodes: codes };
}
