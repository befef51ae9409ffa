import { callCounts } from "@waystation/db/schema/schema";
import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import { eq, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { addressBlock, countAttempt, forgetAttempts, uncountAttempt } from "./rate-limit.ts";

const limit = { limit: 3, seconds: 60 };

describe.each(testDatabases)("attempts on %s", (kind) => {
  test("so many pass in a window, each key for itself, and the next window begins anew", async () => {
    await using store = await createTestStore(kind);
    const attempt = async (key: string) => (await countAttempt(store.db, key, limit)).allowed;
    const parallel = await Promise.all(Array.from({ length: 20 }, () => attempt("a")));
    expect(parallel.filter(Boolean)).toHaveLength(3);
    expect(await attempt("b")).toBe(true);

    const { retryAfter } = await countAttempt(store.db, "a", limit);
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);

    const earlier = sql`${callCounts.windowStart} - interval '61 seconds'`;
    await store.db.update(callCounts).set({ windowStart: earlier }).where(eq(callCounts.key, "a"));
    expect(await attempt("a")).toBe(true);
  });

  test("an attempt can be taken back, and all of them forgotten", async () => {
    await using store = await createTestStore(kind);
    const attempt = async () => (await countAttempt(store.db, "a", limit)).allowed;
    for (let n = 0; n < 5; n++) {
      expect(await attempt()).toBe(true);
      await uncountAttempt(store.db, "a");
    }
    for (let n = 0; n < 4; n++) await attempt();
    expect(await attempt()).toBe(false);
    await forgetAttempts(store.db, "a");
    expect(await attempt()).toBe(true);
  });

  test("counts of yesterday do not pile up", async () => {
    await using store = await createTestStore(kind);
    await countAttempt(store.db, "old", limit);
    await store.db.update(callCounts).set({ windowStart: sql`now() - interval '25 hours'` });
    await countAttempt(store.db, "new", limit);
    expect(await store.db.select({ key: callCounts.key }).from(callCounts)).toEqual([{ key: "new" }]);
  });
});

test.each([
  ["203.0.113.9", "203.0.113.9"],
  ["::ffff:203.0.113.9", "203.0.113.9"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:1:2::", "2001:db8:1:2::/64"],
  ["2001:db8::6", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["not an address", "unknown"],
  [null, "unknown"],
])("the block of %s is %s", (ip, block) => {
  expect(addressBlock(ip)).toBe(block);
});
