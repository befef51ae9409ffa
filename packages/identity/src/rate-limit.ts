import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { callCounts } from "@waystation/db/schema/schema";
import { eq, inArray, lt, sql } from "drizzle-orm";

export interface RateLimit {
  limit: number;
  seconds: number;
}

interface RateLimitedAttempt {
  allowed: boolean;
  /** Seconds until the window ends. */
  retryAfter: number;
}

/** No window lasts longer, so older counts are of no use. */
const LONGEST_SECONDS = 60 * 60;

/** Counts one attempt in a fixed window that all processes share; one statement, so parallel attempts all count. */
export async function countAttempt(db: Database, key: string, limit: RateLimit): Promise<RateLimitedAttempt> {
  const counted = await countAttempts(db, [key], limit);
  return counted.get(key) ?? { allowed: true, retryAfter: limit.seconds };
}

/** Counts one attempt under each of several keys, in one statement. */
export async function countAttempts(
  db: Database,
  keys: readonly string[],
  { limit, seconds }: RateLimit,
): Promise<Map<string, RateLimitedAttempt>> {
  if (seconds > LONGEST_SECONDS)
    throw new RangeError(`A window of ${seconds} s would be purged before its end.`);
  const over = sql`${callCounts.windowStart} <= now() - make_interval(secs => ${seconds})`;
  const rows = await db
    .insert(callCounts)
    // In one order, so that two statements never wait for each other.
    .values([...new Set(keys)].toSorted().map((key) => ({ key, windowStart: sql`now()`, count: 1 })))
    .onConflictDoUpdate({
      target: callCounts.key,
      set: {
        count: sql`case when ${over} then 1 else ${callCounts.count} + 1 end`,
        windowStart: sql`case when ${over} then now() else ${callCounts.windowStart} end`,
      },
    })
    .returning({
      key: callCounts.key,
      count: callCounts.count,
      left: sql<number>`extract(epoch from ${callCounts.windowStart} + make_interval(secs => ${seconds}) - now())::float8`,
    });
  if (rows.some(({ count }) => count === 1)) {
    // What somebody counts at this moment is left out: waiting for each other could end in a deadlock.
    const ended = db
      .select({ key: callCounts.key })
      .from(callCounts)
      .where(lt(callCounts.windowStart, sql`now() - make_interval(secs => ${LONGEST_SECONDS})`))
      .limit(1_000)
      .for("update", { skipLocked: true });
    await db.delete(callCounts).where(inArray(callCounts.key, ended));
  }
  return new Map(
    rows.map(({ key, count, left }) => [
      key,
      { allowed: count <= limit, retryAfter: Math.max(1, Math.ceil(left)) },
    ]),
  );
}

/** Takes one attempt back: it turned out to be harmless. */
export async function uncountAttempt(db: Database, ...keys: string[]): Promise<void> {
  if (keys.length === 0) return;
  await db
    .update(callCounts)
    .set({ count: sql`greatest(${callCounts.count} - 1, 0)` })
    .where(inArray(callCounts.key, keys));
}

/** Counts this attempt, and refuses it where too many were made already. */
export async function enforceLimit(db: Database, key: string, limit: RateLimit, what: string): Promise<void> {
  const { allowed, retryAfter } = await countAttempt(db, key, limit);
  if (allowed) return;
  const minutes = Math.ceil(retryAfter / 60);
  throw new DomainError(
    "too_many_requests",
    `Too many ${what}. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  );
}

/** Tries what somebody may be guessing at: what succeeds is taken back, so that only wrong ones run out. */
export async function withAttemptLimit<Result>(
  db: Database,
  key: string,
  limit: RateLimit,
  what: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  await enforceLimit(db, key, limit, `wrong ${what}`);
  const result = await attempt();
  await uncountAttempt(db, key);
  return result;
}

/** Under which wrong passwords of an account are counted. */
export const signInAttemptsKey = (userId: string) => `sign-in:account:${userId}`;

const BUCKETS = 2 ** 16;

/**
 * Stands for an e-mail address in the key of a counter. Anybody can make addresses up, so they share a fixed number of
 * counters. Which address falls into which nobody outside can compute.
 */
export function addressBucket(secret: string, email: string): string {
  const digest = createHmac("sha256", secret).update(`address bucket|${email}`).digest();
  return `address-${digest.readUInt32BE(0) % BUCKETS}`;
}

export async function forgetAttempts(db: Database, key: string): Promise<void> {
  await db.delete(callCounts).where(eq(callCounts.key, key));
}

/** An IPv4 address that came over IPv6 (`::ffff:192.0.2.1`) as itself. */
export function unmapIpv4Address(ip: string | null): string | null {
  const mapped = ip?.replace(/^::ffff:/i, "") ?? "";
  return isIPv4(mapped) ? mapped : ip;
}

/** What one guesser can hold many addresses of: an IPv4 address, or the /64 of an IPv6 one. */
export function addressBlock(address: string | null): string {
  const ip = unmapIpv4Address(address) ?? "";
  if (isIPv4(ip)) return ip;
  if (!isIPv6(ip)) return "unknown";
  const [head = "", tail] = (ip.split("%")[0] ?? ip).split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail?.split(":").filter(Boolean) ?? [];
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const block = [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16));
  return `${block.join(":")}::/64`;
}
