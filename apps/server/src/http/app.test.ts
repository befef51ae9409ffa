import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createChangeFeed } from "@waystation/core/change-feed/change-feed";
import { createPublicIds } from "@waystation/core/public-ids";
import { createNoopJobs } from "@waystation/core/testing/test-core";
import { openConnection } from "@waystation/db/postgres/connection";
import { createTestStore } from "@waystation/db/testing/databases";
import { sql } from "drizzle-orm";
import { Router } from "express";
import { expect, inject, test } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { readConfig } from "../lifecycle/config.ts";
import { startServer } from "../lifecycle/server.ts";
import { createMetrics } from "../routes/metrics-route.ts";
import { createTestFolder, createTestLog } from "../testing/test-files.ts";
import { createExpressApp } from "./app.ts";

const SETUP_TOKEN = "the-setup-token";
const PERSON = { name: "Olga", email: "olga@example.org", password: "a password nobody guesses" };

/** The whole server on a real port, over a real Postgres. */
async function serve(environment: Record<string, string> = {}) {
  const store = await createTestStore("postgres");
  const { log, lines } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    DATA_DIR: "/nowhere/that/can/be/written",
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: SETUP_TOKEN,
    ...environment,
  });
  const server = await startServer(config, log);
  const post = (procedure: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/trpc/${procedure}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return {
    ...server,
    lines,
    post,
    signIn: async () => {
      await post("setup.createOwner", { token: SETUP_TOKEN, organization: "Acme", ...PERSON });
      const response = await fetch(`${server.url}/api/auth/sign-in/email`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: PERSON.email, password: PERSON.password }),
      });
      return response.headers
        .getSetCookie()
        .map((cookie) => cookie.split(";")[0])
        .join("; ");
    },
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "object-src 'none'",
].join(";");

test("every kind of answer carries the same protection", async () => {
  await using desk = await serve();
  const paths = [
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/nothing",
    "/api/auth/get-session",
    "/api/trpc/setup.status",
    "/api/trpc/no.such",
    "/api/trpc/conversations.changes",
    "/api/conversations",
    "/api/openapi.json",
    "/api/media/0190a5b0-0000-7000-8000-000000000000",
    "/api/webhooks/twilio-whatsapp",
    "/api/webhooks/twilio-whatsapp/status/x",
    "/assets/nothing.js",
    "/%zz",
  ];
  for (const path of paths) {
    const { headers } = await fetch(desk.url + path, { headers: { accept: "text/html" } });
    expect.soft(headers.get("content-security-policy"), path).toBe(POLICY);
    expect.soft(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect.soft(headers.get("x-frame-options"), path).toBe("DENY");
    expect.soft(headers.get("referrer-policy"), path).toBe("no-referrer");
    expect.soft(headers.get("x-request-id"), path).toMatch(/^[\da-f-]{36}$/);
    expect.soft(headers.has("x-powered-by"), path).toBe(false);
    expect.soft(headers.has("strict-transport-security"), path).toBe(false);
    if (path.startsWith("/api/")) expect.soft(headers.get("cache-control"), path).toMatch(/no-store/);
  }
});

const PRODUCTION = { NODE_ENV: "production", PUBLIC_URL: "https://desk.example.org" };

test.each([
  ["X-Forwarded-For", "/", "GET", {}, 1],
  ["X-Forwarded-Proto", "/api/webhooks/twilio-whatsapp", "POST", {}, 1],
  ["Forwarded", "/api/trpc/setup.status", "GET", { TRUST_PROXY: "192.0.2.1" }, 1],
  ["X-Real-IP", "/healthz", "GET", {}, 1],
  ["X-Forwarded-For", "/", "GET", { TRUST_PROXY: "loopback" }, 0],
  ["X-Forwarded-For", "/", "GET", { NODE_ENV: "development" }, 0],
  ["Accept-Language", "/", "GET", {}, 0],
])(
  "%s to %s by %s with %j: %i warning of a proxy that is not trusted",
  async (name, path, method, environment, count) => {
    await using desk = await serve({ ...PRODUCTION, ...environment });
    const warnings = () => desk.lines.filter(({ msg }) => String(msg).includes("set TRUST_PROXY to it"));
    await fetch(desk.url + path);
    expect(warnings()).toEqual([]);
    for (let n = 1; n <= 3; n++) await fetch(desk.url + path, { method, headers: { [name]: "203.0.113.9" } });
    expect(warnings()).toHaveLength(count);
    if (count > 0) expect(warnings()[0]).toMatchObject({ header: name.toLowerCase(), level: 40 });
  },
);

test("https is for good where the public address is https", async () => {
  await using desk = await serve({ PUBLIC_URL: "https://desk.example.org" });
  const { headers } = await fetch(`${desk.url}/healthz`);
  expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
});

test("only JSON from our own pages changes anything", async () => {
  await using desk = await serve();
  const types = [
    "application/json",
    "application/json; charset=utf-8",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/jsonp",
    "",
  ];
  const senders: [headers: Record<string, string>, isOurs: boolean][] = [
    [{ origin: desk.url }, true],
    [{ origin: desk.url, "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "none" }, true],
    [{}, true],
    [{ origin: "https://evil.example" }, false],
    [{ origin: "null" }, false],
    [{ origin: `${desk.url}.evil.example` }, false],
    [{ origin: desk.url.replace("http:", "https:") }, false],
    [{ "sec-fetch-site": "cross-site" }, false],
    [{ "sec-fetch-site": "same-site" }, false],
  ];
  for (const type of types)
    for (const [headers, isOurs] of senders) {
      const isJson = /^application\/json(;|$)/.test(type);
      // Sent without fetch, which adds headers of its own.
      const status = await statusOf(`${desk.url}/api/trpc/setup.createOwner`, "{}", {
        ...headers,
        ...(type && { "content-type": type }),
      });
      // 400 is the procedure's own answer, about the missing token.
      expect.soft(status, `${type} ${JSON.stringify(headers)}`).toBe(!isJson ? 415 : isOurs ? 400 : 403);
    }
  expect((await fetch(`${desk.url}/api/trpc/setup.createOwner?input={}`)).status).toBe(405);
  expect((await fetch(`${desk.url}/api/trpc/setup.status`, { method: "DELETE" })).status).toBe(405);
});

function statusOf(url: string, body: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

test("a refusal before the procedures reads like one of theirs", async () => {
  await using desk = await serve();
  const response = await desk.post("setup.createOwner", {}, { origin: "http://127.0.0.1:3000" });
  expect(await response.json()).toEqual({
    error: {
      code: -32003,
      message: `This page was not opened under this server's public address. Open ${desk.url}.`,
      data: {
        code: "FORBIDDEN",
        httpStatus: 403,
        path: null,
        reason: null,
        field: null,
        detail: {},
        requestId: response.headers.get("x-request-id"),
      },
    },
  });
});

test.each(["a@b", "a:b@c", '"a"@b', "[::1", "a b", "a/b", "x\\y"])("the host %j is refused", async (host) => {
  await using desk = await serve();
  const { port } = new URL(desk.url);
  for (const method of ["GET", "HEAD", "POST"]) {
    const question = request({
      port,
      method,
      path: "/api/trpc/session.me",
      headers: { host },
      setHost: false,
    });
    const [answer] = (await once(question.end(), "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode, method).toBe(400);
  }
});

test.each(["desk.example.org", "desk_1:3000", "127.0.0.1:80", "[::1]:3000"])(
  "the host %j is none of our business",
  async (host) => {
    await using desk = await serve();
    const { port } = new URL(desk.url);
    const question = request({ port, path: "/api/trpc/session.me", headers: { host }, setHost: false });
    const [answer] = (await once(question.end(), "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(200);
  },
);

test("too much at once is refused", async () => {
  await using desk = await serve();
  const large = JSON.stringify({ token: "x".repeat(256 * 1024) });
  expect((await desk.post("setup.createOwner", large)).status).toBe(413);
  const ask = (count: number) =>
    fetch(`${desk.url}/api/trpc/${Array(count).fill("setup.status").join()}?batch=1&input={}`);
  expect((await ask(10)).status).toBe(200);
  expect((await ask(11)).status).toBe(400);
  const broken = await desk.post("setup.createOwner", "{");
  expect(broken.status).toBe(400);
  expect(await broken.text()).not.toMatch(/JSON at|position|stack/);
});

test("what breaks inside stays inside: the answer is one neutral sentence, the log has the rest", async () => {
  await using desk = await serve();
  await desk.store.db.execute(sql`alter table members rename to vanished`);
  const response = await fetch(`${desk.url}/api/trpc/setup.status`);
  const text = await response.text();
  const requestId = response.headers.get("x-request-id");
  expect(response.status).toBe(500);
  expect(JSON.parse(text).error.message).toBe(
    `Something went wrong on our side. Try again; if it stays, give your operator this id: ${requestId}`,
  );
  expect(text).not.toMatch(/members|relation|select|stack|\.ts/);
  const reports = desk.lines.filter((line) => line.level === 50);
  expect(reports).toMatchObject([
    {
      requestId,
      path: "setup.status",
      err: { message: expect.stringContaining('"members" does not exist') },
    },
  ]);
});

test("what is refused is in the log: to whom, what, and by which rule", async () => {
  await using desk = await serve();
  const cookie = await desk.signIn();
  const ask = (path: string, headers: Record<string, string>) =>
    fetch(`${desk.url}/api/trpc/${path}`, { headers });
  await ask("team.list", {});
  await ask('conversations.get?input={"conversationId":7}', { cookie });
  await ask(`conversations.get?input={"conversationId":"${randomUUID()}"}`, { cookie });
  const rejections = desk.lines.filter((line) => line.msg === "refused");
  const signedIn = { userId: expect.any(String), organizationId: expect.any(String), ip: expect.any(String) };
  expect(rejections).toMatchObject([
    { procedure: "team.list", reason: "not_signed_in", userId: null, organizationId: null },
    { procedure: "conversations.get", reason: "bad_request", ...signedIn },
    { procedure: "conversations.get", reason: "not_found", ...signedIn },
  ]);
});

test("what breaks outside the procedures is answered the same way", async () => {
  await using desk = await serve();
  const cookie = await desk.signIn();
  await desk.store.db.execute(sql`alter table sessions rename to vanished`);
  const response = await fetch(`${desk.url}/api/trpc/session.me`, { headers: { cookie } });
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(JSON.parse(text)).toMatchObject({
    error: { data: { code: "INTERNAL_SERVER_ERROR", requestId: response.headers.get("x-request-id") } },
  });
  expect(text).not.toMatch(/sessions|relation|select|stack|\.ts/);
});

test("no secret reaches the log", async () => {
  await using desk = await serve({ LOG_LEVEL: "debug" });
  const cookie = await desk.signIn();
  await fetch(`${desk.url}/join/an-invitations-token`, { headers: { cookie, accept: "text/html" } });
  await fetch(`${desk.url}/setup?token=${SETUP_TOKEN}`, { headers: { accept: "text/html" } });
  await desk.store.db.execute(sql`alter table users rename to vanished`);
  await fetch(`${desk.url}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: PERSON.email, password: PERSON.password }),
  });
  const log = JSON.stringify(desk.lines);
  expect(desk.lines).toContainEqual(expect.objectContaining({ path: "/join/…" }));
  expect(desk.lines.some((line) => line.level === 50)).toBe(true);
  for (const secret of [SETUP_TOKEN, PERSON.password, PERSON.email, "an-invitations-token", cookie])
    expect(log).not.toContain(secret);
});

test("live streams say what changed, and end with their page and with the server", async () => {
  await using desk = await serve();
  const cookie = await desk.signIn();
  const open = async (signal?: AbortSignal) => {
    const response = await fetch(`${desk.url}/api/trpc/events.changes?input={}`, {
      headers: { cookie, accept: "text/event-stream" },
      signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    return { response, reader };
  };
  const streams = async () =>
    /^waystation_live_streams (\d+)$/m.exec(await (await fetch(`${desk.url}/metrics`)).text())?.[1];
  const leaving = new AbortController();
  const { response } = await open(leaving.signal);
  expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(response.headers.get("cache-control")).toMatch(/no-(store|cache)/);
  const staying = await open();
  await expect.poll(streams).toBe("2");
  leaving.abort();
  await expect.poll(streams).toBe("1");

  const cut = expect(drain(staying.reader)).rejects.toThrow(/terminated/);
  await desk.stop();
  await cut;
});

async function drain(reader: ReadableStreamDefaultReader | undefined): Promise<void> {
  while (!(await reader?.read())?.done);
}

test("readiness follows the database, liveness does not", async () => {
  await using desk = await serve();
  const status = async (path: string) => (await fetch(desk.url + path)).status;
  expect(await status("/readyz")).toBe(200);
  await desk.store.db.execute(sql`delete from drizzle.__drizzle_migrations`);
  expect(await status("/readyz")).toBe(503);
  expect(await status("/api/webhooks/twilio-whatsapp")).toBe(200);
  await desk.store.close();
  expect(await status("/readyz")).toBe(503);
  expect(await status("/api/webhooks/twilio-whatsapp")).toBe(503);
  expect(await status("/healthz")).toBe(200);
});

/** A connection to the server's own database, from which the others are administered. */
async function openElsewhere() {
  const connection = await openConnection({
    url: inject("postgresUrl"),
    applicationName: "tests",
    session: null,
    connectMs: 10_000,
    responseMs: 0,
  });
  return { query: connection.query, [Symbol.asyncDispose]: connection.close };
}

test.for([
  ["storing webhooks", "waystation ingest"],
  ["changes of other servers", "waystation notices"],
])(
  "a connection for %s that is lost for good is why the server is not ready",
  async ([name, application]) => {
    await using desk = await serve();
    const ready = async () => {
      const response = await fetch(`${desk.url}/readyz`);
      return (await response.json()) as object;
    };
    expect(await ready()).toEqual({ status: "ok" });
    // Whoever has a connection keeps it; nobody gets a new one.
    const [own] = await desk.store.query<{ name: string }>("select current_database() as name", []);
    await using elsewhere = await openElsewhere();
    const allow = (value: boolean) =>
      elsewhere.query({ text: `alter database ${own?.name} allow_connections ${value}` });
    await allow(false);
    await desk.store.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1",
      [application],
    );
    await expect
      .poll(ready, { timeout: 30_000 })
      .toEqual({ status: "unavailable", reason: `The connection for ${name} failed (55000)` });
    await allow(true);
    await expect.poll(ready, { timeout: 30_000 }).toEqual({ status: "ok" });
  },
);

test("a stuck connection for storing webhooks is why the server is not ready", async () => {
  await using desk = await serve();
  const stuck = desk.store.ingestQuery("select pg_sleep(5)", []);
  const response = await fetch(`${desk.url}/readyz`);
  expect({ status: response.status, body: await response.json() }).toEqual({
    status: 503,
    body: { status: "unavailable", reason: "The connection for storing webhooks does not answer" },
  });
  await stuck;
});

test("while row-level security is off for a table nothing of an organisation is served", async () => {
  await using desk = await serve();
  const cookie = await desk.signIn();
  const list = () => fetch(`${desk.url}/api/trpc/conversations.list?input={}`, { headers: { cookie } });
  expect((await list()).status).toBe(200);
  await desk.store.query("alter table messages disable row level security", []);
  await expect.poll(async () => (await fetch(`${desk.url}/readyz`)).status, { timeout: 30_000 }).toBe(503);
  await expect.poll(async () => (await list()).status, { timeout: 30_000 }).toBe(503);
  const answer = (await (await list()).json()) as { error: { data: object } };
  expect(answer.error.data).toMatchObject({ code: "SERVICE_UNAVAILABLE", reason: "database_unavailable" });
  await desk.store.query("alter table messages enable row level security", []);
  await expect.poll(async () => (await list()).status, { timeout: 30_000 }).toBe(200);
});

test("metrics are for this machine, unless a proxy speaks", async () => {
  await using desk = await serve();
  const ask = (headers: Record<string, string>) => fetch(`${desk.url}/metrics`, { headers });
  const open = await ask({});
  expect(open.status).toBe(200);
  expect(await open.text()).toMatch(/^waystation_ingest_waiting 0$/m);
  for (const name of ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
    expect((await ask({ [name]: "127.0.0.1" })).status, name).toBe(403);
});

test("with a token, metrics are for its holder alone", async () => {
  await using desk = await serve({ METRICS_TOKEN: "a-token-for-metrics" });
  const ask = async (headers: Record<string, string>) =>
    (await fetch(`${desk.url}/metrics`, { headers })).status;
  expect(await ask({})).toBe(401);
  expect(await ask({ authorization: "Bearer a-token-for-metric" })).toBe(401);
  expect(await ask({ authorization: "a-token-for-metrics" })).toBe(401);
  expect(await ask({ authorization: "Bearer a-token-for-metrics" })).toBe(200);
  expect(await ask({ authorization: "Bearer a-token-for-metrics", "x-forwarded-for": "9.9.9.9" })).toBe(200);
});

/** The same app in front of a console folder of our own. */
async function serveConsole(folder: string) {
  const store = await createTestStore("embedded");
  const { log } = createTestLog();
  const publicUrl = "http://localhost";
  const platform = {
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: { keys: [] },
    feed: createChangeFeed(),
    jobs: createNoopJobs,
    publicUrl,
    simulatorUrl: null,
    embedded: true,
    sendMail: null,
    linkSecret: "",
    publicIds: createPublicIds(randomBytes(32)),
  };
  const app = createExpressApp({
    platform,
    auth: createAuth({
      db: store.db,
      keyring: platform.keyring,
      publicUrl,
      secret: "x".repeat(32),
      report: () => {},
      log,
      onSessionsEnded: async () => {},
    }),
    webhooks: Router(),
    misdirected: Router(),
    metrics: createMetrics({ waiting: () => 0, subscribers: () => 0, jobs: async () => [] }),
    metricsToken: null,
    trustProxy: [],
    production: false,
    consoleFolder: folder,
    whyNotReady: async () => null,
    log,
  });
  const server = createServer(app).listen(0);
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    ask: (path: string, accept = "text/html,*/*;q=0.8", method = "GET") =>
      fetch(url + path, { method, headers: { accept } }),
    /** As simple clients ask: `fetch` always sends an Accept. */
    askPlainly: async (path: string, method: string, accept?: string) => {
      const call = request(url + path, { method, headers: accept === undefined ? {} : { accept } });
      call.end();
      const [answer] = (await once(call, "response")) as [IncomingMessage];
      let text = "";
      for await (const chunk of answer) text += chunk;
      return { status: answer.statusCode, headers: answer.headers, text };
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await store[Symbol.asyncDispose]();
    },
  };
}

test("the console: pages are index.html, files are themselves, the rest is not there", async () => {
  using folder = createTestFolder();
  mkdirSync(join(folder.path, "assets"));
  writeFileSync(join(folder.path, "index.html"), "<!doctype html><title>Desk</title>");
  writeFileSync(join(folder.path, "icon.svg"), "<svg/>");
  writeFileSync(join(folder.path, ".secret"), "hidden");
  writeFileSync(join(folder.path, "assets", "main-a1b2.js"), `console.log(${"1,".repeat(4000)}1)`);
  await using desk = await serveConsole(folder.path);

  for (const path of ["/", "/setup?token=x", "/connections/42", "/index.html"]) {
    const page = await desk.ask(path);
    expect.soft(await page.text(), path).toContain("<title>Desk</title>");
    expect.soft(page.headers.get("cache-control"), path).toBe("no-cache");
    expect.soft(page.headers.get("content-type"), path).toMatch(/^text\/html/);
  }
  // curl, uptime probes and link previews.
  for (const path of ["/", "/connections/42", "/join/a-token?x=.y"])
    for (const method of ["GET", "HEAD"])
      for (const accept of [undefined, "*/*", "text/*", "text/html;q=0.1, */*;q=0.1"]) {
        const page = await desk.askPlainly(path, method, accept);
        const request = `${method} ${path}, Accept: ${accept}`;
        expect.soft(page.status, request).toBe(200);
        expect.soft(page.headers["content-type"], request).toMatch(/^text\/html/);
        expect.soft(page.text, request).toBe(method === "HEAD" ? "" : "<!doctype html><title>Desk</title>");
      }
  const asset = await desk.ask("/assets/main-a1b2.js", "*/*");
  expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(asset.headers.get("content-encoding")).toMatch(/br|gzip/);
  expect((await desk.ask("/icon.svg", "image/*")).headers.get("cache-control")).toBe("no-cache");

  const missing: [path: string, accept?: string, method?: string][] = [
    ["/assets/main-old.js"],
    ["/assets/"],
    ["/data.json", "application/json"],
    ["/", "application/json"],
    ["/connections", "application/json, */*;q=0.1"],
    ["/connections", "image/png"],
    ["/connections", "text/html", "POST"],
    ["/favicon.ico", "*/*"],
    ["/robots.txt"],
    ["/wp-login.php"],
    ["/connections/main.js.map", "*/*"],
    ["/api"],
    ["/api/nothing"],
    ["/API/trpc/setup.status", "application/json"],
    ["/.secret", "*/*"],
    ["/.env"],
    ["/.git/config"],
    ["/connections/.well-known/thing"],
    ["/%2eenv"],
    ["/api/nothing", "*/*"],
    ["/%2e%2e/%2e%2e/package.json", "*/*"],
  ];
  for (const [path, accept, method] of missing) {
    const answer = await desk.ask(path, accept, method);
    expect.soft(answer.status, path).toBe(404);
    expect.soft(await answer.json(), path).toMatchObject({ code: "NOT_FOUND" });
  }
});

test("a console that was not built says so", async () => {
  using folder = createTestFolder();
  await using desk = await serveConsole(folder.path);
  const page = await desk.ask("/");
  expect(page.status).toBe(503);
  expect(await page.text()).toMatch(/not built.*build/);
});
