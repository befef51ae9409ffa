import { once } from "node:events";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { openEmbeddedDatabase } from "@waystation/db/client";
import { openPostgresDatabase } from "@waystation/db/postgres/open-postgres";
import { createTestDatabase } from "@waystation/db/testing/databases";
import { startPgBouncer } from "@waystation/db/testing/pgbouncer";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { startServerProcess } from "../testing/server-process.ts";
import { createTestFolder } from "../testing/test-files.ts";

const READY = /"url":"([^"]+)".*Waystation is ready/;
const SETUP_TOKEN = "the-setup-token";
const PERSON = { name: "Olga", email: "olga@example.org", password: "a password nobody guesses" };
const secrets = {
  ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
  AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
};

const start = (environment: Record<string, string>) =>
  startServerProcess("main.ts", { NODE_ENV: "development", PORT: "0", ...environment });

async function post(url: string, body: object): Promise<number> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

/** It must end by itself, with exit code 1, nothing on stdout and this one sentence on stderr. */
async function refusal(environment: Record<string, string>): Promise<string> {
  await using program = start(environment);
  const { code, stdout, stderr } = await program.closed;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trimEnd()).not.toContain("\n");
  return stderr.trimEnd();
}

test("a taken port is said, and the database stays untouched", async () => {
  await using database = await createTestDatabase();
  const other = createServer().listen(0);
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const PORT = String(port);
  expect(await refusal({ ...secrets, PORT, DATABASE_URL: database.url })).toBe(
    `Port ${port} is taken. Stop what uses it, or set PORT to another one.`,
  );
  other.close();
  const store = await openPostgresDatabase(database.url);
  expect(await store.query("select 1 from pg_tables where schemaname in ('public', 'drizzle')", [])).toEqual(
    [],
  );
  await store.close();
});

test("a database that cannot be used is said without its password", async () => {
  await using database = await createTestDatabase();
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    change(url);
    return { ...secrets, DATABASE_URL: url.href };
  };
  const { host } = new URL(database.url);
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");

  const sentences = await Promise.all([
    refusal(changed((url) => (url.port = String(port)))),
    refusal(changed((url) => (url.password = "my-secret-password"))),
    refusal(changed((url) => (url.pathname = "/nothing"))),
  ]);
  expect(sentences).toEqual([
    `DATABASE_URL points to 127.0.0.1:${port}${new URL(database.url).pathname}, and nothing listens there. Start the database, or correct host and port.`,
    `DATABASE_URL points to ${host}${new URL(database.url).pathname}, and it refuses user or password. Correct them.`,
    `DATABASE_URL points to ${host}/nothing, and it has no database of that name. Create it, or correct the name.`,
  ]);
});

test("a database that cannot hold every message is refused, by the server and by both ways to migrate", async () => {
  await using database = await createTestDatabase(
    "template0 encoding 'LATIN1' locale 'C' locale_provider libc",
  );
  using folder = createTestFolder();
  const name = new URL(database.url).pathname.slice(1);
  const sentence = `The database ${name} has the encoding LATIN1, which cannot hold every message. Make one with UTF8 (createdb -E UTF8 -T template0 ${name}_utf8), and set DATABASE_URL to it.`;
  expect(await refusal({ ...secrets, DATABASE_URL: database.url })).toBe(sentence);
  await using migrating = startServerProcess("commands/migrate.ts", { DATABASE_URL: database.url });
  expect(await migrating.closed).toMatchObject({ code: 1, stdout: "", stderr: `${sentence}\n` });
  const embedded = await openEmbeddedDatabase(join(folder.path, "postgres"));
  await embedded.close();
  await using moving = startServerProcess("commands/migrate.ts", { DATA_DIR: folder.path }, [
    "--to",
    database.url,
  ]);
  expect(await moving.closed).toMatchObject({ code: 1, stdout: "", stderr: `${sentence}\n` });
});

test("a pooler that pools by transaction is refused, and serves with a direct address beside it", async () => {
  await using database = await createTestDatabase();
  await using pooler = await startPgBouncer(database.url, "transaction");
  const DATABASE_URL = pooler.urlOf(database.url);
  const { host, pathname } = new URL(DATABASE_URL);
  expect(await refusal({ ...secrets, DATABASE_URL })).toBe(
    `DATABASE_URL points to ${host}${pathname}. The connection is not one session of the database: settings made on it are gone in the next statement, as behind a pooler that pools by transaction or statement. Let the pooler pool by session, or set DATABASE_DIRECT_URL to an address of the database without the pooler.`,
  );
  await using program = start({ ...secrets, DATABASE_URL, DATABASE_DIRECT_URL: database.url });
  const url = await program.said(READY);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

test("a data folder that cannot be written is said", async () => {
  using folder = createTestFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  expect(await refusal({ DATA_DIR: join(file, "data") })).toBe(
    `The data folder ${join(file, "data")} cannot be written (ENOTDIR). Give this user the right to, or set DATA_DIR to another folder.`,
  );
});

test("production says everything that it lacks, and makes nothing", async () => {
  using folder = createTestFolder();
  const DATA_DIR = join(folder.path, "data");
  await using program = startServerProcess("main.ts", {
    DATA_DIR,
    TWILIO_SIMULATOR_URL: "http://localhost:3001",
    ENCRYPTION_KEYS: "c2hvcnQ=",
  });
  const { code, stderr } = await program.closed;
  expect(code).toBe(1);
  expect(stderr.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^ENCRYPTION_KEYS: /),
    expect.stringMatching(/^PUBLIC_URL must be/),
    expect.stringMatching(/^TWILIO_SIMULATOR_URL switches/),
  ]);
  expect(existsSync(DATA_DIR)).toBe(false);
});

test("one server holds a data folder; killed, it leaves everything to the next", async () => {
  using folder = createTestFolder();
  const environment = { DATA_DIR: folder.path, WAYSTATION_SETUP_TOKEN: SETUP_TOKEN };
  await using first = start(environment);
  const firstUrl = await first.said(READY);
  expect(await first.said(/Set Waystation up here: (\S+)/)).toBe(`${firstUrl}/setup?token=${SETUP_TOKEN}`);
  expect(await refusal(environment)).toBe(
    `Another Waystation is running on this data folder (${folder.path}). Stop it first, or set DATA_DIR to another folder.`,
  );
  const owner = { token: SETUP_TOKEN, organization: "Acme", ...PERSON };
  expect(await post(`${firstUrl}/api/trpc/setup.createOwner`, owner)).toBe(200);
  first.kill("SIGKILL");
  expect(await first.closed).toMatchObject({ signal: "SIGKILL" });

  await using second = start(environment);
  const url = await second.said(READY);
  const { email, password } = PERSON;
  expect(await post(`${url}/api/auth/sign-in/email`, { email, password })).toBe(200);
  second.kill("SIGTERM");
  const { code, stderr } = await second.closed;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(readdirSync(folder.path)).toContain("keys.json");
});

test("asked to end, it finishes what is under way and takes nothing new", async () => {
  await using database = await createTestDatabase();
  await using program = start({ ...secrets, DATABASE_URL: database.url });
  const url = new URL(await program.said(READY));
  const socket = connect(Number(url.port), url.hostname);
  const answers: Buffer[] = [];
  socket.on("data", (chunk) => answers.push(chunk));
  const answered = once(socket, "close");
  const body = JSON.stringify({ token: "wrong" });
  socket.write(
    `POST /api/trpc/setup.createOwner HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
  );
  // "100 Continue": the server has begun with this request.
  await once(socket, "data");
  program.kill("SIGTERM");
  await program.said(/"msg":"Stopping"/);
  await expect(fetch(url)).rejects.toThrow();
  socket.write(body);
  await answered;
  expect(Buffer.concat(answers).toString()).toMatch(
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 .*Connection: close/s,
  );
  expect(await program.closed).toMatchObject({ code: 0, signal: null });
});

test("one Ctrl-C may arrive several times, and still ends it in order", async () => {
  await using database = await createTestDatabase();
  await using program = start({ ...secrets, DATABASE_URL: database.url });
  await program.said(READY);
  program.kill("SIGINT");
  program.kill("SIGINT");
  program.kill("SIGTERM");
  const { code, stdout } = await program.closed;
  expect(code).toBe(0);
  expect(stdout).toMatch(/"msg":"Stopped"/);
});

test("migrate says what it applies, once", async () => {
  await using database = await createTestDatabase();
  const migrate = async () => {
    await using program = startServerProcess("commands/migrate.ts", { DATABASE_URL: database.url });
    return await program.closed;
  };
  expect(await migrate()).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^(Applied \d{4}_\w+\n)+$/),
  });
  expect(await migrate()).toMatchObject({
    code: 0,
    stdout: "Nothing to apply: the database is up to date.\n",
  });
  const store = await openPostgresDatabase(database.url);
  expect(await store.pendingMigrations()).toEqual([]);
  await store.db.execute(sql`select 1 from twilio_whatsapp_connections`);
  await store.close();
});
