import { users, verifications } from "@waystation/db/schema-people";
import { eq, sql } from "drizzle-orm";
import { addressBlock, guess } from "../attempts.ts";
import type { Visit } from "../context.ts";
import type { ResetOffer } from "./inputs.ts";
import { isOpenReset, readReset, resetInvalid } from "./reset-link.ts";

const WRONG_LINKS = { limit: 30, seconds: 15 * 60 };

/** Whose password a link changes, for whoever holds it. */
export async function resetOffer(ctx: Visit, input: ResetOffer) {
  const { email, expiresAt } = await findReset(ctx, input.token);
  return { email, expiresAt: expiresAt.toISOString() };
}

export function findReset(ctx: Visit, token: string) {
  return guess(ctx.db, `reset-link:${addressBlock(ctx.ip)}`, WRONG_LINKS, "links", async () => {
    const [found] = await ctx.db
      .select({
        reset: verifications.value,
        expiresAt: verifications.expiresAt,
        userId: users.id,
        name: users.name,
        email: users.email,
      })
      .from(verifications)
      .innerJoin(users, eq(sql`${users.id}::text`, sql`${verifications.value}::json ->> 'userId'`))
      .where(isOpenReset(token));
    if (!found) throw resetInvalid();
    return { ...found, madeBy: readReset(found.reset).madeBy };
  });
}
