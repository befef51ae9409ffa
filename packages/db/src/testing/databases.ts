import { randomUUID } from "node:crypto";
import { openAsBlob } from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import postgres from "postgres";
import { inject } from "vitest";
import { createEmbeddedDatabase, type OpenedDatabase, wrapEmbedded } from "../client.ts";
import { openPostgresDatabase } from "../postgres/open-postgres.ts";
import { scanRows } from "./leak-detector.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server's own database, from which the tests' databases are made. */
    postgresUrl: string;
    postgresTemplate: string;
    embeddedTemplate: string;
  }
}

/** Every test of the data layer runs on both. */
export const testDatabases = ["embedded", "postgres"] as const;

export type TestStore = OpenedDatabase & { url?: string } & AsyncDisposable;

/** A migrated, empty database. `await using store = await createTestStore(kind)` gives it back. */
export async function createTestStore(kind: (typeof testDatabases)[number]): Promise<TestStore> {
  if (kind === "embedded") return borrowEmbedded();
  return openTestStore(await createTestDatabase(inject("postgresTemplate")));
}

/** The same under another locale, migrated here: what `create database` takes behind its name. */
export async function createTestStoreWithLocale(locale: string): Promise<TestStore> {
  const database = await createTestDatabase(`template0 encoding 'UTF8' ${locale}`);
  const store = await openPostgresDatabase(database.url);
  await store.migrate();
  await store.close();
  return openTestStore(database);
}

async function openTestStore({ url, drop }: { url: string; drop: () => Promise<void> }): Promise<TestStore> {
  const store = await openPostgresDatabase(url);
  await store.enableRowLevelSecurity();
  return {
    ...store,
    url,
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await lookAtRowsOf(url);
      await drop();
    },
  };
}

async function lookAtRowsOf(url: string): Promise<void> {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await scanRows(async <Row>(statement: string) => (await client.unsafe(statement)) as unknown as Row[]);
  } finally {
    await client.end();
  }
}

/** To begin a PGlite takes a second; to empty one, nearly nothing. */
const idle: PGlite[] = [];

async function borrowEmbedded(): Promise<TestStore> {
  const client =
    idle.pop() ?? (await createEmbeddedDatabase("memory://", await openAsBlob(inject("embeddedTemplate"))));
  const before = await shapeOf(client);
  const store = await wrapEmbedded(client);
  await store.enableRowLevelSecurity();
  return {
    ...store,
    [Symbol.asyncDispose]: async () => {
      if (client.closed) return;
      await scanRows(async <Row>(statement: string) => (await client.query<Row>(statement)).rows);
      if ((await shapeOf(client)) !== before) return client.close();
      await empty(client);
      idle.push(client);
    },
  };
}

/** Tells a database whose tables, functions or triggers a test has changed, which nobody else shall get. */
async function shapeOf(client: PGlite): Promise<string> {
  const made = ["pg_class", "pg_constraint", "pg_namespace", "pg_proc", "pg_trigger", "pg_type"]
    .map((catalog) => `select '${catalog} ' || oid || ' ' || xmin from ${catalog} where oid >= 16384`)
    .concat("select attrelid || ' ' || attname || ' ' || xmin from pg_attribute where attrelid >= 16384");
  const { rows } = await client.query<{ shape: string }>(
    `select md5(string_agg(line, ',' order by line)) as shape from (${made.join(" union all ")}) as t(line)`,
  );
  return rows[0]?.shape ?? "";
}

async function empty(client: PGlite): Promise<void> {
  const { rows } = await client.query<{ tables: string }>(
    "select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables from pg_tables where schemaname = 'public'",
  );
  // The audit log refuses to be emptied, as it shall, but for whoever may switch triggers off.
  await client.exec(
    `set session_replication_role = replica; truncate ${rows[0]?.tables} restart identity cascade; reset session_replication_role; deallocate all`,
  );
}

/** An empty database on the test's Postgres, for what opens or migrates one itself. */
export async function createTestDatabase(template = "template0") {
  const serverUrl = inject("postgresUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  const command = async (statement: string) => {
    const server = postgres(serverUrl, { max: 1, onnotice: () => {} });
    await server.unsafe(statement);
    await server.end();
  };
  await command(`create database ${name} template ${template}`);
  const drop = () => command(`drop database if exists ${name} with (force)`);
  return {
    url: Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href,
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
