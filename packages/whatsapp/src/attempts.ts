import { isIPv4, isIPv6 } from "node:net";
import type { Database } from "@waystation/db/client";
import { callCounts } from "@waystation/db/schema";
import { eq, lt, sql } from "drizzle-orm";
import { DomainError } from "./errors.ts";

export interface Limit {
  limit: number;
  seconds: number;
}

export interface Attempt {
  allowed: boolean;
  /** Seconds until the window ends. */
  retryAfter: number;
}

/** Counts one attempt in a fixed window that all processes share; one statement, so parallel attempts all count. */
export async function countAttempt(db: Database, key: string, { limit, seconds }: Limit): Promise<Attempt> {
  const over = sql`${callCounts.windowStart} <= now() - make_interval(secs => ${seconds})`;
  const [row] = await db
    .insert(callCounts)
    .values({ key, windowStart: sql`now()`, count: 1 })
    .onConflictDoUpdate({
      target: callCounts.key,
      set: {
        count: sql`case when ${over} then 1 else ${callCounts.count} + 1 end`,
        windowStart: sql`case when ${over} then now() else ${callCounts.windowStart} end`,
      },
    })
    .returning({
      count: callCounts.count,
      left: sql<number>`extract(epoch from ${callCounts.windowStart} + make_interval(secs => ${seconds}) - now())::float8`,
    });
  const count = row?.count ?? 1;
  if (count === 1)
    await db.delete(callCounts).where(lt(callCounts.windowStart, sql`now() - interval '1 day'`));
  return { allowed: count <= limit, retryAfter: Math.max(1, Math.ceil(row?.left ?? seconds)) };
}

/** Takes one attempt back: it turned out to be harmless. */
export async function uncountAttempt(db: Database, key: string): Promise<void> {
  await db
    .update(callCounts)
    .set({ count: sql`greatest(${callCounts.count} - 1, 0)` })
    .where(eq(callCounts.key, key));
}

/** Counts this attempt, and refuses it where too many were made already. */
export async function requireFewer(db: Database, key: string, limit: Limit, what: string): Promise<void> {
  const { allowed, retryAfter } = await countAttempt(db, key, limit);
  if (allowed) return;
  const minutes = Math.ceil(retryAfter / 60);
  throw new DomainError(
    "too_many_requests",
    `Too many ${what}. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  );
}

/** Tries what somebody may be guessing at: what succeeds is taken back, so that only wrong ones run out. */
export async function guess<Result>(
  db: Database,
  key: string,
  limit: Limit,
  what: string,
  attempt: () => Promise<Result>,
): Promise<Result> {
  await requireFewer(db, key, limit, `wrong ${what}`);
  const result = await attempt();
  await uncountAttempt(db, key);
  return result;
}

/** Under which wrong passwords of an account are counted. */
export const signInAttempts = (email: string) => `sign-in:account:${email}`;

export async function forgetAttempts(db: Database, key: string): Promise<void> {
  await db.delete(callCounts).where(eq(callCounts.key, key));
}

/** An IPv4 address that came over IPv6 (`::ffff:192.0.2.1`) as itself. */
export function plainAddress(ip: string | null): string | null {
  const mapped = ip?.replace(/^::ffff:/i, "") ?? "";
  return isIPv4(mapped) ? mapped : ip;
}

/** What one guesser can hold many addresses of: an IPv4 address, or the /64 of an IPv6 one. */
export function addressBlock(address: string | null): string {
  const ip = plainAddress(address) ?? "";
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
