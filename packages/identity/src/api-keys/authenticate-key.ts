import type { ApiKeyPrincipal } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { users } from "@waystation/db/schema/identity";
import { apiKeys } from "@waystation/db/schema/schema";
import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { countAttempt } from "../rate-limit.ts";
import { hashApiKey, isApiKeyFormat } from "./key-secret.ts";

const REQUESTS = { limit: 600, seconds: 60 };
/** How exactly it is known when a key was last used. */
const STALE = sql`now() - interval '1 minute'`;

const refused = (why: string) =>
  new DomainError("key_refused", `${why} Ask an owner or an admin of the organisation for another one.`);

/** The program that has this key; refuses what is no key, or none any more, and what comes too often. */
export async function authenticateApiKey(db: Database, text: string): Promise<ApiKeyPrincipal> {
  const [key] = isApiKeyFormat(text)
    ? await db
        .select({
          id: apiKeys.id,
          userId: apiKeys.userId,
          name: apiKeys.name,
          account: users.email,
          role: apiKeys.role,
          organizationId: apiKeys.organizationId,
          isRevoked: sql<boolean>`${apiKeys.revokedAt} is not null`,
          isExpired: sql<boolean>`coalesce(${apiKeys.expiresAt} <= now(), false)`,
        })
        .from(apiKeys)
        .innerJoin(users, eq(users.id, apiKeys.userId))
        .where(eq(apiKeys.hash, hashApiKey(text)))
    : [];
  if (!key) throw refused("This API key is not known here.");
  if (key.isRevoked) throw refused("This API key was revoked.");
  if (key.isExpired) throw refused("This API key has expired.");
  const { allowed, retryAfter } = await countAttempt(db, `key:${key.id}`, REQUESTS);
  if (!allowed)
    throw new DomainError(
      "too_many_requests",
      `This API key has asked ${REQUESTS.limit} times in the last minute. Wait ${retryAfter} seconds and try again.`,
      { detail: { retryAfter } },
    );
  await db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(eq(apiKeys.id, key.id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, STALE))));
  const { id: keyId, userId, name, account: email, role, organizationId } = key;
  return { keyId, userId, name, email, role, organizationId };
}
