import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { expect, inject, test } from "vitest";
import type { OpenedDatabase } from "../client.ts";
import { createTestDatabase } from "../testing/databases.ts";
import { freePort } from "../testing/pgbouncer.ts";
import {
  chownToPostgres,
  findPostgresBinaries,
  initDatabaseFolder,
  postgresOwner,
} from "../testing/postgres-files.ts";
import { openPostgresDatabase } from "./open-postgres.ts";

async function command(...statements: string[]): Promise<void> {
  const client = postgres(inject("postgresUrl"), { max: 1, onnotice: () => {} });
  for (const statement of statements) await client.unsafe(statement);
  await client.end();
}

/** A database that does not come from `createTestDatabase`'s template. */
async function createDatabase(options: string) {
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await command(`create database ${name} template template0 ${options}`);
  return {
    name,
    url: Object.assign(new URL(inject("postgresUrl")), { pathname: `/${name}` }).href,
    [Symbol.asyncDispose]: () => command(`drop database if exists ${name} with (force)`),
  };
}

test.for(["LATIN1", "SQL_ASCII", "WIN1252", "EUC_JP"])(
  "the encoding %s is refused with its cure",
  async (encoding) => {
    await using database = await createDatabase(`encoding '${encoding}' locale 'C' locale_provider libc`);
    await expect(openPostgresDatabase(database.url)).rejects.toThrow(
      `The database ${database.name} has the encoding ${encoding}, which cannot hold every message. Make one with UTF8 (createdb -E UTF8 -T template0 ${database.name}_utf8), and set DATABASE_URL to it.`,
    );
  },
);

test("a database with another program's tables is refused", async () => {
  await using database = await createTestDatabase();
  const client = postgres(database.url, { max: 1 });
  await client`create table messages (id int)`;
  await client`create table something (id int)`;
  await client.end();
  await expect(openPostgresDatabase(database.url)).rejects.toThrow(
    /holds tables of another program \(messages\)\. Make one/,
  );
});

test("a database without the schema public is refused", async () => {
  await using database = await createTestDatabase();
  const client = postgres(database.url, { max: 1 });
  await client`drop schema public`;
  await client.end();
  await expect(openPostgresDatabase(database.url)).rejects.toThrow(/run: create schema public\./);
});

test("a user without rights is refused with the statement that gives them", async () => {
  await using database = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  const user = `plain_${randomUUID().replaceAll("-", "")}`;
  await command(`create role ${user} login password 'secret'`);
  const url = Object.assign(new URL(database.url), { username: user, password: "secret" }).href;
  await expect(openPostgresDatabase(url)).rejects.toThrow(
    `run: grant create on database "${name}" to "${user}".`,
  );
  await command(`grant create on database ${name} to ${user}`);
  await expect(openPostgresDatabase(url)).rejects.toThrow(`run: grant create on schema public to "${user}".`);
  await database.drop();
  await command(`drop role ${user}`);
});

/** Defaults that somebody may have set, each of which changed what the product read, wrote or promised. */
const DEFAULTS = [
  "client_encoding = 'LATIN1'",
  "DateStyle = 'SQL, DMY'",
  "IntervalStyle = 'iso_8601'",
  "TimeZone = 'Asia/Kathmandu'",
  "bytea_output = 'escape'",
  "extra_float_digits = -3",
  "standard_conforming_strings = off",
  "array_nulls = off",
  "transform_null_equals = on",
  "row_security = off",
  "search_path = 'nowhere'",
  "default_transaction_isolation = 'serializable'",
  "default_transaction_read_only = on",
  "statement_timeout = '33s'",
  "lock_timeout = '33s'",
  "idle_in_transaction_session_timeout = '33s'",
  "idle_session_timeout = '33s'",
  "transaction_timeout = '33s'",
  "synchronous_commit = off",
  "gin_fuzzy_search_limit = 1",
  "plan_cache_mode = 'force_custom_plan'",
];

test("whatever the database's defaults are, every session has the settings that the product relies on", async () => {
  await using database = await createTestDatabase();
  await using plain = await createTestDatabase();
  const name = new URL(database.url).pathname.slice(1);
  await command(...DEFAULTS.map((setting) => `alter database ${name} set ${setting}`));
  const seen = await Promise.all([settingsOf(database.url), settingsOf(plain.url)]);
  expect(seen[0]).toEqual(seen[1]);
  expect(seen[0]?.own).toMatchObject({ synchronous_commit: "on", TimeZone: "UTC", search_path: '"public"' });
});

/** By kind of connection: what of those settings is in force in a migrated database, with a row written and read. */
async function settingsOf(url: string) {
  const names = DEFAULTS.map((setting) => setting.split(" ")[0]);
  const store = await openPostgresDatabase(url);
  await store.migrate();
  await store.enableRowLevelSecurity();
  const id = randomUUID();
  await store.query("insert into organizations (id, name, slug) values ($1::uuid, 'ü😊', $1::text)", [id]);
  const ask = "select json_object_agg(name, current_setting(name)) as settings from unnest($1::text[]) name";
  const within = store.within({ organizationId: id, userId: randomUUID() });
  const settings = async (query: OpenedDatabase["query"]) =>
    (await query<{ settings: Record<string, string> }>(ask, [names]))[0]?.settings;
  const found = {
    own: await settings(store.query),
    ingest: await settings(store.ingestQuery),
    within: await settings(within.queryUnprepared),
    queryWithoutTimeout: await settings(store.queryWithoutTimeout),
    name: await within.query("select name from organizations", []),
  };
  await store.close();
  return found;
}

test("triggers that do not run are refused", async () => {
  await using database = await createTestDatabase();
  await command(
    `alter database ${new URL(database.url).pathname.slice(1)} set session_replication_role = 'replica'`,
  );
  await expect(openPostgresDatabase(database.url)).rejects.toThrow(
    "Triggers do not run, because session_replication_role is replica.",
  );
});

test("a standby is refused", async () => {
  await using standby = await startStandby();
  await expect(openPostgresDatabase(standby.url)).rejects.toThrow(
    "The database is a standby, which cannot be written. Name the primary instead.",
  );
});

/** A Postgres that waits for what a primary sends, and only answers reading statements. */
async function startStandby() {
  const home = mkdtempSync(join(tmpdir(), "waystation-standby-"));
  chownToPostgres(home);
  const binaries = findPostgresBinaries(home);
  initDatabaseFolder(binaries, home, "secret");
  const signal = join(home, "data", "standby.signal");
  writeFileSync(signal, "");
  chownToPostgres(signal);
  const port = await freePort();
  const server = spawn(
    join(binaries, "bin", "postgres"),
    ["-D", join(home, "data"), "-p", String(port), "-c", "unix_socket_directories=", "-c", "fsync=off"],
    { ...postgresOwner, cwd: home, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(server, "close");
  let log = "";
  const up = new Promise<void>((resolve) =>
    server.stderr.on("data", (chunk: Buffer) => {
      log += chunk;
      if (log.includes("ready to accept read-only connections")) resolve();
    }),
  );
  await Promise.race([up, ended.then(() => Promise.reject(new Error(log)))]);
  return {
    url: `postgres://postgres:secret@127.0.0.1:${port}/postgres`,
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGQUIT");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}
