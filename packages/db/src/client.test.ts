import { expect, test } from "vitest";
import { openPostgresDatabase } from "./postgres/open-postgres.ts";
import { installationSettings } from "./schema/schema.ts";
import { createTestDatabase, createTestStore, testDatabases } from "./testing/databases.ts";

test.for(testDatabases)("%s: a test store is migrated, empty and its own", async (kind) => {
  await using one = await createTestStore(kind);
  await using other = await createTestStore(kind);
  await one.db.insert(installationSettings).values({ key: "a", value: "b" });
  expect(await one.db.select().from(installationSettings)).toEqual([{ key: "a", value: "b" }]);
  expect(await other.db.select().from(installationSettings)).toEqual([]);
});

test.for(testDatabases)("%s: query takes parameters, arrays among them", async (kind) => {
  await using store = await createTestStore(kind);
  const rows = await store.query("select * from unnest($1::text[], $2::int[]) as t(a, b)", [
    ["x", "y"],
    [1, 2],
  ]);
  expect(rows).toEqual([
    { a: "x", b: 1 },
    { a: "y", b: 2 },
  ]);
});

test("two starters migrate the same database one after the other", async () => {
  await using database = await createTestDatabase();
  const stores = await Promise.all([openPostgresDatabase(database.url), openPostgresDatabase(database.url)]);
  await Promise.all(stores.map((store) => store.migrate()));
  expect(await stores[0]?.db.select().from(installationSettings)).toEqual([]);
  await Promise.all(stores.map((store) => store.close()));
});

test("a question has ten seconds, what moves whole tables as long as it takes", async () => {
  await using store = await createTestStore("postgres");
  const asked = "select current_setting('statement_timeout') as limit";
  expect(await store.query(asked, [])).toEqual([{ limit: "10s" }]);
  expect(await store.queryWithoutTimeout(asked, [])).toEqual([{ limit: "0" }]);
});
