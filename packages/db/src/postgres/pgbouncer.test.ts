import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import type { OpenedDatabase } from "../client.ts";
import { TENANT_ROLE } from "../row-level-security.ts";
import { createTestDatabase } from "../testing/databases.ts";
import { freePort, startPgBouncer } from "../testing/pgbouncer.ts";
import { openPostgresDatabase } from "./open-postgres.ts";
import { openPgNotify } from "./pg-notify.ts";

async function addOrganization(store: OpenedDatabase): Promise<string> {
  const id = randomUUID();
  await store.query(
    "insert into organizations (id, name, slug) values ($1::uuid, 'Organisation', $1::text)",
    [id],
  );
  return id;
}

/** What a server does with a database, from the first start on. */
async function useAll(store: OpenedDatabase): Promise<void> {
  await store.migrate();
  await store.enableRowLevelSecurity();
  const ids = [await addOrganization(store), await addOrganization(store)];
  const seen = await Promise.all(
    Array.from({ length: 100 }, async (_, turn) => {
      const within = store.within({ organizationId: ids[turn % 2] ?? "", userId: randomUUID() });
      const [rows, limits] = await Promise.all([
        within.query<{ id: string; role: string }>("select id, current_user as role from organizations", []),
        within.queryUnprepared<{ limit: string }>("select current_setting('statement_timeout') as limit", []),
        within.query("select 1 / 0", []).catch(() => null),
        within.db.transaction((tx) => tx.execute("select 1")),
        store.query("select $1::int as own", [turn]),
        store.ingestQuery("select $1::int as ingested", [turn]),
      ]);
      return { rows, limits };
    }),
  );
  for (const [turn, { rows, limits }] of seen.entries()) {
    expect(rows).toEqual([{ id: ids[turn % 2], role: TENANT_ROLE }]);
    expect(limits).toEqual([{ limit: "10s" }]);
  }
  expect(
    await store.query(
      "select current_user = session_user as own, current_setting('statement_timeout') as limit",
      [],
    ),
  ).toEqual([{ own: true, limit: "10s" }]);
  expect(await store.queryWithoutTimeout("select current_setting('statement_timeout') as limit", [])).toEqual(
    [{ limit: "0" }],
  );
  if (store.native.kind !== "postgres") throw new Error("This is a Postgres");
  expect(
    await store.native.executeSql("begin; create temp table a (b int) on commit drop; commit"),
  ).toBeTruthy();
  const heard = Promise.withResolvers<string>();
  const listening = Promise.withResolvers<void>();
  const { directUrl } = store.native;
  const one = openPgNotify(directUrl, { hear: heard.resolve, missed: listening.resolve });
  const other = openPgNotify(directUrl, { hear: () => {}, missed: () => {} });
  await listening.promise;
  await other.send("hello");
  expect(await heard.promise).toBe("hello");
  expect(await one.check(5_000)).toBeNull();
  await Promise.all([one.close(), other.close()]);
  expect(await store.check(10_000)).toBeNull();
}

test.for([
  ["with its default parameters", {}],
  [
    "that ignores every startup parameter",
    { ignore_startup_parameters: "extra_float_digits,options,role,statement_timeout,search_path" },
  ],
])("behind PgBouncer %s, pooling by session, all of it works", async ([, settings]) => {
  await using database = await createTestDatabase();
  await using pooler = await startPgBouncer(inject("postgresUrl"), "session", {
    settings: settings as Record<string, string>,
  });
  const store = await openPostgresDatabase(pooler.urlOf(database.url));
  await useAll(store);
  await store.close();
});

test("behind PgBouncer pooling by transaction, all of it works with DATABASE_DIRECT_URL", async () => {
  await using database = await createTestDatabase();
  await using pooler = await startPgBouncer(inject("postgresUrl"), "transaction", {
    settings: { default_pool_size: "3" },
  });
  const store = await openPostgresDatabase(pooler.urlOf(database.url), database.url);
  await useAll(store);
  await store.close();
});

test("pooling by transaction is refused without DATABASE_DIRECT_URL, and as that", async () => {
  await using database = await createTestDatabase();
  await using pooler = await startPgBouncer(inject("postgresUrl"), "transaction");
  const pooled = pooler.urlOf(database.url);
  await expect(openPostgresDatabase(pooled)).rejects.toThrow(/pools by transaction .*DATABASE_DIRECT_URL/);
  await expect(openPostgresDatabase(pooled, pooled)).rejects.toThrow(
    /^DATABASE_DIRECT_URL leads through a pooler/,
  );
});

test("two addresses of different databases are refused", async () => {
  await using database = await createTestDatabase();
  await using other = await createTestDatabase();
  await using pooler = await startPgBouncer(inject("postgresUrl"), "transaction");
  await expect(openPostgresDatabase(pooler.urlOf(database.url), other.url)).rejects.toThrow(
    "DATABASE_URL and DATABASE_DIRECT_URL lead to different databases. Set both to the same one.",
  );
});

test("a pooler that comes back pooling by transaction is found out, and nothing is served", async () => {
  await using database = await createTestDatabase();
  const port = await freePort();
  const before = await startPgBouncer(inject("postgresUrl"), "session", { port });
  const store = await openPostgresDatabase(before.urlOf(database.url));
  await store.migrate();
  await store.enableRowLevelSecurity();
  const within = store.within({ organizationId: await addOrganization(store), userId: randomUUID() });
  expect(await store.check(10_000)).toBeNull();
  await before.stop();
  await using _after = await startPgBouncer(inject("postgresUrl"), "transaction", { port });
  await expect.poll(() => store.check(2_000), { timeout: 60_000 }).toMatch(/pools by transaction/);
  // What is served meanwhile is served under the role, or not at all.
  for (let turn = 0; turn < 20; turn++) {
    const rows = await within.query<{ role: string }>("select current_user as role", []).catch(() => []);
    for (const { role } of rows) expect(role).toBe(TENANT_ROLE);
  }
  await store.close();
});
