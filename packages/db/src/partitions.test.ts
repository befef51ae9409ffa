import { describe, expect, test } from "vitest";
import type { OpenedDatabase } from "./client.ts";
import { dropOldPartitions, ensurePartitions, listPartitions } from "./partitions.ts";
import { createTestStore, testDatabases } from "./testing/databases.ts";

const insert = (store: OpenedDatabase, id: number, at: string) =>
  store.query(
    `insert into twilio_whatsapp_webhook_events (id, connection_no, sid, step, received_at, body)
     values ($1::bigint, 1, '00000000-0000-0000-0000-000000000001', 0, $2::text::timestamptz, 'x')`,
    [id, at],
  );
const count = async (store: OpenedDatabase, table: string) =>
  (await store.query<{ count: number }>(`select count(*)::int as count from ${table}`, []))[0]?.count;
const LOG = "twilio_whatsapp_webhook_events";

describe.each(testDatabases)("the event log's months on %s", (kind) => {
  test("exist ahead of time, however many servers start at once", async () => {
    await using store = await createTestStore(kind);
    const now = new Date("2026-11-23T12:00Z");
    const made = await Promise.all([ensurePartitions(store, now), ensurePartitions(store, now)]);
    expect(new Set(made.flat())).toEqual(new Set(["2026-11", "2026-12", "2027-01"]));
    expect(await ensurePartitions(store, now)).toEqual([]);
    expect((await listPartitions(store)).map((partition) => partition.month)).toEqual([
      "2026-11",
      "2026-12",
      "2027-01",
    ]);
    await insert(store, 1, "2026-11-30 23:59:59.999+00");
    await insert(store, 2, "2026-12-01 00:00+00");
    expect([await count(store, `${LOG}_2026_11`), await count(store, `${LOG}_2026_12`)]).toEqual([1, 1]);
  });

  test("nothing is refused for want of a month, and the month takes it over once it is made", async () => {
    await using store = await createTestStore(kind);
    await insert(store, 1, "2027-05-05 00:00+00");
    await insert(store, 2, "2027-06-05 00:00+00");
    expect(await count(store, `${LOG}_rest`)).toBe(2);
    await ensurePartitions(store, new Date("2027-05-06T00:00Z"));
    expect([
      await count(store, `${LOG}_rest`),
      await count(store, `${LOG}_2027_05`),
      await count(store, LOG),
    ]).toEqual([0, 1, 2]);
  });

  test("are made of more than fits into the time that a question has", async () => {
    await using store = await createTestStore(kind);
    await insert(store, 1, "2027-05-05 00:00+00");
    const hurried = () => Promise.reject(new Error("canceling statement due to statement timeout"));
    const moving: OpenedDatabase = {
      ...store,
      query: (text, parameters) =>
        /moved|drop|distinct/.test(text) ? hurried() : store.query(text, parameters),
    };
    await ensurePartitions(moving, new Date("2027-05-06T00:00Z"));
    expect(await count(store, `${LOG}_2027_05`)).toBe(1);
    expect(await dropOldPartitions(moving, 1, new Date("2027-08-06T00:00Z"))).toContain("2027-05");
  });

  test("are dropped when they are old enough, and no others", async () => {
    await using store = await createTestStore(kind);
    for (const month of ["2026-01", "2026-02", "2026-03"]) {
      await ensurePartitions(store, new Date(`${month}-15T00:00Z`));
      await insert(store, Number(month.slice(-2)), `${month}-15 00:00+00`);
    }
    expect(await dropOldPartitions(store, 1, new Date("2026-03-20T00:00Z"))).toEqual(["2026-01"]);
    expect(await count(store, LOG)).toBe(2);
  });
});
