import { secondFactors } from "@waystation/db/schema-people";
import { isNull, sql } from "drizzle-orm";
import type { PersonContext } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requirePassword } from "../password/require.ts";
import type { BeginSecondFactor } from "./inputs.ts";
import { newSecret, sealSecret, setupUri } from "./secret.ts";

/** Makes the secret that an authenticator app is given. It counts once a code of the app has confirmed it. */
export async function beginSecondFactor(ctx: PersonContext, input: BeginSecondFactor) {
  const { userId, email } = ctx.person;
  await requirePassword(ctx.db, userId, input.password);
  const secret = newSecret();
  const secretSealed = sealSecret(ctx.keyring, userId, secret);
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
  return { secret, uri: setupUri(secret, email) };
}
