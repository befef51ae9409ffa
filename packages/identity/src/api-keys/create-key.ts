import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { users } from "@waystation/db/schema/identity";
import { apiKeys } from "@waystation/db/schema/schema";
import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { recordAudit } from "../audit/record.ts";
import { lockTeam, requireOwner } from "../team/lock-team.ts";
import type { CreateApiKeyInput } from "./inputs.ts";
import { apiKeyPrefix, hashApiKey, newApiKeySecret } from "./key-secret.ts";

const MOST = 50;

/** Makes a key for a program. The answer is the only place where it can ever be read. */
export async function createApiKey(ctx: Context, input: CreateApiKeyInput) {
  const key = newApiKeySecret();
  const start = apiKeyPrefix(key);
  // Accounts are the installation's.
  const id = await ctx.installation.db.transaction(async (tx) => {
    const { actorRole } = await lockTeam(tx, ctx);
    if (input.role === "owner") requireOwner(actorRole, "Only an owner can make a key with an owner's role.");
    const working = await tx.$count(
      apiKeys,
      and(
        eq(apiKeys.organizationId, ctx.organizationId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    );
    if (working >= MOST)
      throw new DomainError(
        "too_many",
        `An organisation has at most ${MOST} working keys. Revoke one that is not used any more.`,
      );
    // No address, so that nobody can sign in, be invited, or get a password as this account.
    const [account] = await tx
      .insert(users)
      .values({ name: input.name, email: `API key ${start}` })
      .returning({ id: users.id });
    if (!account) throw new Error("The key's account was not stored.");
    const [made] = await tx
      .insert(apiKeys)
      .values({
        organizationId: ctx.organizationId,
        userId: account.id,
        name: input.name,
        role: input.role,
        hash: hashApiKey(key),
        start,
        createdBy: ctx.actor.userId,
        expiresAt: input.days === null ? null : sql`now() + make_interval(days => ${input.days})`,
      })
      .returning({ id: apiKeys.id });
    if (!made) throw new Error("The key was not stored.");
    await recordAudit(tx, ctx, "key.made", input.name, { key: start, role: input.role, days: input.days });
    return made.id;
  });
  return { id, key };
}
