import { secondFactors } from "@waystation/db/schema-people";
import { eq } from "drizzle-orm";
import { recordForPerson } from "../audit/record-for-person.ts";
import type { PersonContext } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requirePassword } from "../password/require.ts";
import type { Proved } from "./inputs.ts";
import { whoRequires } from "./status.ts";
import { takeCode } from "./take-code.ts";

export async function turnOffSecondFactor(ctx: PersonContext, input: Proved) {
  const { userId } = ctx.person;
  const [required] = await whoRequires(ctx.db, userId);
  if (required)
    throw new DomainError(
      "second_factor_required",
      `${required} asks everybody for two-step sign-in. It stays on.`,
    );
  await requirePassword(ctx.db, userId, input.password);
  await takeCode(ctx, { userId, code: input.code, ip: ctx.ip });
  await ctx.db.transaction(async (tx) => {
    await tx.delete(secondFactors).where(eq(secondFactors.userId, userId));
    await recordForPerson(tx, { ...ctx.person, ip: ctx.ip }, "member.second_factor_off");
  });
  return {};
}
