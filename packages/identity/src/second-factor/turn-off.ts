import type { UserContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { secondFactors } from "@waystation/db/schema/identity";
import { eq } from "drizzle-orm";
import { recordAuditForUser } from "../audit/record-for-user.ts";
import { requirePassword } from "../password/require-password.ts";
import type { ReauthenticationInput } from "./inputs.ts";
import { organizationsRequiringSecondFactor } from "./status.ts";
import { verifySecondFactorCode } from "./verify-code.ts";

export async function turnOffSecondFactor(ctx: UserContext, input: ReauthenticationInput) {
  const { userId } = ctx.person;
  const [required] = await organizationsRequiringSecondFactor(ctx.db, userId);
  if (required)
    throw new DomainError(
      "second_factor_required",
      `${required} asks everybody for two-step sign-in. It stays on.`,
    );
  await requirePassword(ctx.db, userId, input.password);
  await verifySecondFactorCode(ctx, { userId, code: input.code, ip: ctx.ip });
  await ctx.db.transaction(async (tx) => {
    await tx.delete(secondFactors).where(eq(secondFactors.userId, userId));
    await recordAuditForUser(tx, { ...ctx.person, ip: ctx.ip }, "member.second_factor_off");
  });
  return {};
}
