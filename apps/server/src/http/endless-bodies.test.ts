import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect, type Socket } from "node:net";
import { restEndpoints } from "@waystation/api/rest/openapi";
import { createTestStore, type TestStore } from "@waystation/db/testing/databases";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { MAX_FILE_BYTES } from "@waystation/whatsapp/media/inputs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../lifecycle/config.ts";
import { type RunningServer, startServer } from "../lifecycle/server.ts";
import { seedTarget } from "../testing/attack-target.ts";
import { plausibleProcedureCalls } from "../testing/plausible-inputs.ts";
import { collectRoutes, type MountedRoute } from "../testing/route-table.ts";
import { createTestLog } from "../testing/test-files.ts";

const MB = 1024 * 1024;
const METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];
/** The longest body that any route but the upload takes. */
const TEXT_BYTES = 256 * 1024;
/** What lies in the socket's and the parser's buffers by the time the response is written. */
const BUFFERED = 512 * 1024;
/** Whoever sends more than this without a response is not being stopped. */
const SENT_AT_MOST = MAX_FILE_BYTES + 16 * MB;
const CHUNK = Buffer.alloc(64 * 1024, "a");

const simulator = createSimulator({ pace: 0 });
const accepted = new Map<number, Socket>();
const onSocket = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  if (socket.remotePort) accepted.set(socket.remotePort, socket);
};
let store: TestStore;
let server: RunningServer;
let routes: MountedRoute[];
let port: number;
const visitors: [name: string, headers: string][] = [
  ["nobody", ""],
  ["a signature", "X-Twilio-Signature: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"],
];

beforeAll(async () => {
  subscribe("net.server.socket", onSocket);
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
  port = Number(new URL(server.url).port);
  const { apiKey, cookie } = await seedTarget(server.url, "the-setup-token", simulator);
  visitors.push(["an API key", `Authorization: Bearer ${apiKey}\r\n`]);
  // Once as the console sends it, and once from another site.
  visitors.push([
    "a session",
    `Cookie: ${cookie}\r\nOrigin: ${server.url}\r\nSec-Fetch-Site: same-origin\r\n`,
  ]);
  visitors.push(["a session elsewhere", `Cookie: ${cookie}\r\nOrigin: https://evil.example\r\n`]);
});

afterAll(async () => {
  unsubscribe("net.server.socket", onSocket);
  await server.stop();
  await simulator.stop();
  await store[Symbol.asyncDispose]();
});

/** Paths to try: each route with its parameters filled in, and something below each prefix. */
function paths(): string[] {
  const filled = routes.flatMap(({ path, methods }) => {
    const plain = path.replaceAll(/:\w+/g, "0190a5b0-0000-7000-8000-000000000000");
    return methods === null && !path.includes(":") ? [plain || "/", `${plain}/anything`] : [plain];
  });
  return [...new Set([...filled, "/api/trpc/setup.createOwner", "/api/auth/sign-in/email", "/", "/nothing"])];
}

type Body = "counted" | "announced" | "endless" | "slow";
const HEADS: Record<Body, string> = {
  counted: `Content-Length: ${900 * MB}\r\n`,
  announced: `Content-Length: ${900 * MB}\r\nExpect: 100-continue\r\n`,
  endless: "Transfer-Encoding: chunked\r\n",
  slow: `Content-Length: ${900 * MB}\r\n`,
};

interface Outcome {
  heads: string[];
  sent: number;
  /** By the server, from the kernel. */
  read: number;
  isEndedByServer: boolean;
}

/** Sends a body without end until the server ends the connection. Slow ones send one byte and wait. */
function send(method: string, path: string, headers: string, body: Body): Promise<Outcome> {
  return new Promise((resolve) => {
    let heard = "";
    let isEndedByServer = false;
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let localPort = 0;
    const finish = () => {
      const served = accepted.get(localPort);
      // Later connections may have the same port.
      accepted.delete(localPort);
      const heads = [...heard.matchAll(/HTTP\/1\.1 \d{3} .*?\r\n\r\n/gs)].map(([head]) => head);
      resolve({ heads, sent: socket.bytesWritten, read: served?.bytesRead ?? Infinity, isEndedByServer });
    };
    const chunk =
      body === "endless"
        ? Buffer.concat([Buffer.from(`${CHUNK.length.toString(16)}\r\n`), CHUNK, Buffer.from("\r\n")])
        : CHUNK;
    const pour = () => {
      if (isEndedByServer || !socket.writable) return;
      if (socket.bytesWritten < SENT_AT_MOST) return void socket.write(chunk, () => setImmediate(pour));
      socket.destroy();
    };
    socket.on("connect", () => {
      localPort = socket.localPort ?? 0;
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: desk\r\n${headers}${HEADS[body]}\r\n`);
      if (body === "slow") socket.write("a");
      else if (body !== "announced") pour();
    });
    socket.setEncoding("latin1").on("data", (text) => {
      heard += text;
      if (body === "announced" && heard.startsWith("HTTP/1.1 100 ")) pour();
    });
    socket.on("end", () => {
      isEndedByServer = true;
      socket.destroy();
    });
    socket.on("error", () => {});
    socket.on("close", finish);
  });
}

test("the route table is known", () => {
  const all = paths();
  for (const { path } of restEndpoints)
    expect(all).toContain(path.replaceAll(/\{\w+\}/g, "0190a5b0-0000-7000-8000-000000000000"));
  for (const path of [
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/openapi.json",
    "/api/audit/export",
    "/api/media",
  ])
    expect(
      all.some((one) => one === path || one === `${path}/`),
      path,
    ).toBe(true);
  expect(all).toContain("/api/webhooks/twilio-whatsapp");
  expect(plausibleProcedureCalls.length).toBeGreaterThan(0);
});

const JSON_TYPE = "application/json";
const FILE_TYPE = "application/octet-stream";
const FORM_TYPE = "application/x-www-form-urlencoded";

interface Case {
  who: string;
  headers: string;
  path: string;
  method: string;
  type: string;
}

function* cases(): Generator<Case> {
  for (const [who, headers] of visitors)
    for (const path of paths())
      for (const method of METHODS)
        for (const type of method === "POST" ? [JSON_TYPE, FORM_TYPE, FILE_TYPE] : [JSON_TYPE])
          yield { who, headers, path, method, type };
}

test.each(["counted", "announced", "endless", "slow"] as const)(
  "a body without end (%s) gets its response on every route, and the connection is closed",
  { timeout: 300_000 },
  async (body) => {
    let uploads = 0;
    const left = cases();
    const work = async () => {
      for (const { who, headers, path, method, type } of left) {
        const isUpload =
          method === "POST" &&
          /^\/api\/media\/?$/.test(path) &&
          type === FILE_TYPE &&
          ["an API key", "a session"].includes(who);
        const { heads, read, isEndedByServer } = await send(
          method,
          path,
          `${headers}Content-Type: ${type}\r\n`,
          body,
        );
        const what = `${method} ${path} as ${who}, ${type}: ${heads.join()}`;
        const [head = ""] = heads.filter((one) => !one.startsWith("HTTP/1.1 100 "));
        expect.soft(head, what).toMatch(/^HTTP\/1\.1 [234]\d\d /);
        expect.soft(head, what).toMatch(/\r\nConnection: close\r\n/i);
        expect.soft(isEndedByServer, what).toBe(true);
        const most = isUpload && body === "endless" ? MAX_FILE_BYTES : TEXT_BYTES;
        expect.soft(read, what).toBeLessThan(most + BUFFERED);
        if (isUpload) uploads += 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    expect(uploads).toBeGreaterThan(0);
  },
);
