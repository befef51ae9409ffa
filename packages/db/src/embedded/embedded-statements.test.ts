import type { PGlite } from "@electric-sql/pglite";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { OpenedDatabase } from "../client.ts";
import { createTestStore } from "../testing/databases.ts";
import { prepareEmbeddedStatements, type RunEmbeddedStatement } from "./embedded-statements.ts";

let store: OpenedDatabase;
let client: PGlite;
let run: RunEmbeddedStatement;

beforeAll(async () => {
  const own = await createTestStore("embedded");
  store = own;
  if (own.native.kind !== "embedded") throw new Error("This is not the embedded database.");
  client = own.native.client;
  run = await prepareEmbeddedStatements(client);
  return () => own[Symbol.asyncDispose]();
});

const plansOf = async (text: string) =>
  (
    await client.query(
      "select generic_plans::int as once, custom_plans::int as anew from pg_prepared_statements where statement = $1",
      [text],
    )
  ).rows;

test("what webhooks are stored with is planned once, what is asked by others as the database sees fit", async () => {
  for (let value = 0; value < 3; value++) {
    expect(await store.ingestQuery("select $1::int + 1 as next", [value])).toEqual([{ next: value + 1 }]);
    expect(await store.query("select $1::int + 2 as next", [value])).toEqual([{ next: value + 2 }]);
    expect(await store.queryUnprepared("select $1::int + 3 as next", [value])).toEqual([{ next: value + 3 }]);
  }
  expect(await plansOf("select $1::int + 1 as next")).toEqual([{ once: 3, anew: 0 }]);
  expect(await plansOf("select $1::int + 2 as next")).toEqual([{ once: 0, anew: 3 }]);
  expect(await plansOf("select $1::int + 3 as next")).toEqual([]);
  expect(await store.query("select current_setting('plan_cache_mode') as mode", [])).toEqual([
    { mode: "auto" },
  ]);
});

test("what drizzle asks again and again is prepared, and answers the same", async () => {
  const ask = () => store.db.query.installationSettings.findMany();
  await client.exec("insert into instance (key, value) values ('a', 'b')");
  const answers = [];
  for (let time = 0; time < 25; time++) answers.push(await ask());
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify([{ key: "a", value: "b" }])]),
  );
  const { rows } = await client.query<{ count: number }>(
    "select count(*)::int from pg_prepared_statements where statement like '%from \"instance\"%'",
  );
  expect(rows).toEqual([{ count: 1 }]);
});

test("every kind of value comes back as the client itself gives it", async () => {
  const text = `select $1::text as text, $2::int as int, $3::bigint as bigint, $4::boolean as boolean,
    $5::timestamptz as moment, $6::jsonb as json, $7::text[] as texts, $8::int[] as ints, $9::bytea as bytes, $10::float8 as float`;
  // Postgres has no place for a zero byte in a text.
  const words = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", ""));
  const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const values = fc.tuple(
    fc.option(words),
    fc.option(int),
    fc.option(fc.maxSafeInteger()),
    fc.option(fc.boolean()),
    fc.option(fc.date({ min: new Date("1900-01-01"), max: new Date("2200-01-01"), noInvalidDate: true })),
    fc.option(fc.record({ a: words, b: int })),
    fc.option(fc.array(fc.option(words))),
    fc.option(fc.array(int)),
    fc.option(fc.uint8Array()),
    fc.option(fc.double({ noNaN: true })),
  );
  await fc.assert(
    fc.asyncProperty(values, async (parameters) => {
      const own = await client.query(text, parameters);
      const ours = await client.transaction(() => run(text, parameters));
      expect(ours).toEqual(own);
    }),
    { numRuns: 60 },
  );
});

test("what is refused leaves nothing behind, and what was planned still runs", async () => {
  const divide = (by: number) => store.query<{ result: number }>("select 6 / $1::int as result", [by]);
  expect(await divide(2)).toEqual([{ result: 3 }]);
  await expect(divide(0)).rejects.toMatchObject({ code: "22012" });
  expect(await divide(3)).toEqual([{ result: 2 }]);
  await expect(store.query("select nothing from nowhere", [])).rejects.toMatchObject({ code: "42P01" });
  await client.exec("create table nowhere (nothing int)");
  expect(await store.query("select nothing from nowhere", [])).toEqual([]);
  await client.exec("drop table nowhere");
});

test("many at once take turns, and none comes into another's transaction", async () => {
  await client.exec("create table turns (id int)");
  const othersWait = Promise.withResolvers<void>();
  const busy = store.db.transaction(async (tx) => {
    await tx.execute("insert into turns values (1)");
    await othersWait.promise;
    tx.rollback();
  });
  const others = Array.from({ length: 20 }, (_, id) =>
    id % 2
      ? store.ingestQuery("insert into turns values ($1::int)", [100 + id])
      : store.query("insert into turns values ($1::int) returning id", [100 + id]),
  );
  othersWait.resolve();
  await expect(busy).rejects.toThrow("Rollback");
  await Promise.all(others);
  expect(await store.query("select count(*)::int as count, min(id) as least from turns", [])).toEqual([
    { count: 20, least: 100 },
  ]);
  await client.exec("drop table turns");
});
