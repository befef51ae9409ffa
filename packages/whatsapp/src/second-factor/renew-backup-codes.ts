import { secondFactors } from "@waystation/db/schema-people";
import { eq } from "drizzle-orm";
import { recordForPerson } from "../audit/record-for-person.ts";
import type { PersonContext } from "../context.ts";
import { requirePassword } from "../password/require.ts";
import { hashBackupCode, newBackupCodes } from "./codes.ts";
import type { Proved } from "./inputs.ts";
import { takeCode } from "./take-code.ts";

/** Ten new codes in the place of those that there were. */
export async function renewBackupCodes(ctx: PersonContext, input: Proved) {
  const { userId } = ctx.person;
  await requirePassword(ctx.db, userId, input.password);
  await takeCode(ctx, { userId, code: input.code, ip: ctx.ip });
  const codes = newBackupCodes();
  const backupCodes = codes.map((code) => hashBackupCode(userId, code));
  await ctx.db.transaction(async (tx) => {
    await tx.update(secondFactors).set({ backupCodes }).where(eq(secondFactors.userId, userId));
    await recordForPerson(tx, { ...ctx.person, ip: ctx.ip }, "member.backup_codes_made");
  });
  return { backupCodes: codes };
}
