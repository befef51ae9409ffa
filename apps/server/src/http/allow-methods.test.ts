import { request } from "node:http";
import { createOpenApiDocument, restEndpoints } from "@waystation/api/rest/openapi";
import { createTestStore, type TestStore } from "@waystation/db/testing/databases";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SECOND_STEP } from "../auth/second-step.ts";
import { readConfig } from "../lifecycle/config.ts";
import { type RunningServer, startServer } from "../lifecycle/server.ts";
import { seedTarget } from "../testing/attack-target.ts";
import { plausibleProcedureCalls } from "../testing/plausible-inputs.ts";
import { collectRoutes, type MountedRoute } from "../testing/route-table.ts";
import { createTestLog } from "../testing/test-files.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const UUID = "0190a5b0-0000-7000-8000-000000000000";

const simulator = createSimulator({ pace: 0 });
let store: TestStore;
let server: RunningServer;
let routes: MountedRoute[];
let key: string;

beforeAll(async () => {
  store = await createTestStore("postgres");
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    DATA_DIR: "/nowhere/that/can/be/written",
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: "the-setup-token",
    TWILIO_SIMULATOR_URL: await simulator.start(0),
  });
  routes = await collectRoutes(async () => {
    server = await startServer(config, createTestLog().log);
  });
  key = (await seedTarget(server.url, "the-setup-token", simulator)).apiKey;
});

afterAll(async () => {
  await server.stop();
  await simulator.stop();
  await store[Symbol.asyncDispose]();
});

interface Reply {
  status: number;
  allow: string[];
  body: string;
  type: string;
}

/** `fetch` refuses some methods, and hides what stands in a response to HEAD. */
function call(method: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    // With the key, mutations without input would be carried out.
    const headers: Record<string, string> = path.startsWith("/api/trpc/")
      ? {}
      : { authorization: `Bearer ${key}` };
    if (method === "POST" || method === "PUT" || method === "PATCH")
      headers["content-type"] = "application/json";
    request(server.url + path, { method, headers, agent: false }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      const allow = (response.headers.allow ?? "").split(", ").filter(Boolean);
      resolve({
        status: response.statusCode ?? 0,
        allow,
        body,
        type: response.headers["content-type"] ?? "",
      });
    })
      .on("error", reject)
      .end();
  });
}

const AUTH_PATHS = [
  "/sign-in/email",
  SECOND_STEP,
  "/sign-out",
  "/get-session",
  "/change-password",
  "/list-sessions",
  "/revoke-session",
  "/revoke-other-sessions",
];

/**
 * Each path that takes some methods and not others: those that Express knows, those of the REST mapping, those of sign-in, and
 * tRPC's plausibleProcedureCalls.
 */
function paths(): string[] {
  const fromExpress = routes
    .filter(({ path, methods }) => methods !== null || path.startsWith("/api/webhooks"))
    .map(({ path }) => path.replaceAll(/:\w+/g, UUID).replace(/(.)\/$/, "$1"));
  const fromRest = restEndpoints.map(({ path }) => path.replaceAll(/\{\w+\}/g, UUID));
  const fromAuth = AUTH_PATHS.map((path) => `/api/auth${path}`);
  const fromTrpc = plausibleProcedureCalls.map(({ path }) => `/api/trpc/${path}`);
  return [...new Set([...fromExpress, ...fromRest, ...fromAuth, ...fromTrpc, "/api/media"])];
}

test("every path names its methods, rejects the others, and takes those that it names", async () => {
  expect(paths().length).toBeGreaterThan(20);
  for (const path of paths()) {
    const { allow, status, body } = await call("OPTIONS", path);
    expect.soft([status, body], `OPTIONS ${path}`).toEqual([204, ""]);
    expect.soft(allow.length, `Allow of ${path}`).toBeGreaterThan(0);
    for (const method of METHODS) {
      const reply = await call(method, path);
      const place = `${method} ${path}`;
      if (allow.includes(method)) expect.soft(reply.status, place).not.toBe(405);
      else expect.soft([reply.status, reply.allow], place).toEqual([405, allow]);
    }
  }
});

test("methods of plausibleProcedureCalls are known in other spellings, and batches are tRPC's", async () => {
  expect(await call("PUT", "/api/trpc/setup%2Estatus")).toMatchObject({
    status: 405,
    allow: ["GET", "HEAD"],
  });
  expect(await call("GET", "/api/trpc/setup.createOwner?input={}")).toMatchObject({
    status: 405,
    allow: ["POST"],
  });
  const batch = "/api/trpc/setup.status,setup.status?batch=1";
  expect(JSON.parse((await call("GET", batch)).body)).toHaveLength(2);
  for (const path of [
    batch,
    "/api/trpc/no.such",
    "/api/trpc/%E0%A4%A",
    "/api/trpc/",
    "/api/auth/no-such",
    "/api/auth",
  ]) {
    const [get, head] = [await call("GET", path), await call("HEAD", path)];
    expect.soft([head.status, head.type, head.body], path).toEqual([get.status, get.type, ""]);
    expect.soft(get.status, path).toBeLessThan(500);
  }
});

test("every path that is none of these names no method", async () => {
  for (const path of ["/api/auth/no-such", "/api/auth/sign-up/email", "/api/no-such"])
    for (const method of ["OPTIONS", ...METHODS]) {
      const { status, allow } = await call(method, path);
      expect.soft([status, allow], `${method} ${path}`).toEqual([404, []]);
    }
});

test("HEAD answers as GET does, without a body", async () => {
  for (const path of [...paths(), "/", "/inbox", "/nothing.txt", "/healthz", "/readyz", "/metrics"]) {
    const [get, head] = [await call("GET", path), await call("HEAD", path)];
    expect.soft([head.status, head.type, head.body], path).toEqual([get.status, get.type, ""]);
  }
});

/** Routes that take no API key, or describe themselves. */
const NOT_FOR_KEYS = /^\/api\/(webhooks|auth|trpc|openapi\.json)/;

test("what an API key may call is in /api/openapi.json, and all of that is there", async () => {
  const { paths: described } = createOpenApiDocument("https://desk.example.org") as {
    paths: Record<string, Record<string, object>>;
  };
  const plain = (path: string) => path.replaceAll(/\{\w+\}/g, UUID);
  const documented = Object.entries(described).flatMap(([path, item]) =>
    METHODS.filter((method) => method.toLowerCase() in item).map((method) => `${method} ${plain(path)}`),
  );
  const served: string[] = [];
  for (const path of paths().filter((path) => path.startsWith("/api/") && !NOT_FOR_KEYS.test(path))) {
    const { allow } = await call("OPTIONS", path);
    served.push(...allow.filter((method) => method !== "HEAD").map((method) => `${method} ${path}`));
  }
  expect(documented.toSorted()).toEqual(served.toSorted());
});
