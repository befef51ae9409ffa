import type { UserContext } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { secondFactors } from "@waystation/db/schema/identity";
import { isNull, sql } from "drizzle-orm";
import { requirePassword } from "../password/require-password.ts";
import type { BeginSecondFactorInput } from "./inputs.ts";
import { newTotpSecret, sealTotpSecret, totpSetupUri } from "./totp-secret.ts";

/** Makes the secret that an authenticator app is given. It counts once a code of the app has confirmed it. */
export async function beginSecondFactor(ctx: UserContext, input: BeginSecondFactorInput) {
  const { userId, email } = ctx.person;
  await requirePassword(ctx.db, userId, input.password);
  const secret = newTotpSecret();
  const secretSealed = sealTotpSecret(ctx.keyring, userId, secret);
  const [begun] = await ctx.db
    .insert(secondFactors)
    .values({ userId, secretSealed })
    .onConflictDoUpdate({
      target: secondFactors.userId,
      set: { secretSealed, createdAt: sql`now()` },
      setWhere: isNull(secondFactors.confirmedAt),
    })
    .returning();
  if (!begun)
    throw new DomainError(
      "changed_meanwhile",
      "You have two-step sign-in already. Turn it off before you set it up anew.",
    );
  return { secret, uri: totpSetupUri(secret, email) };
}
