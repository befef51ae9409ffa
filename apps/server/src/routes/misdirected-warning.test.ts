import { createTestStore } from "@waystation/db/testing/databases";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import twilio from "twilio";
import { expect, test } from "vitest";
import { readConfig } from "../lifecycle/config.ts";
import { startServer } from "../lifecycle/server.ts";
import { seedTarget } from "../testing/attack-target.ts";
import { createTestLog } from "../testing/test-files.ts";
import { createMisdirectedWarning } from "./misdirected-warning.ts";

test("misdirected webhooks are in the log, once a minute", () => {
  const lines: [object, string][] = [];
  let now = 0;
  const warn = createMisdirectedWarning(
    { warn: (fields, text) => void lines.push([fields, text]) },
    "https://desk.example.org",
    () => now,
  );
  for (now = 0; now < 60_000; now += 1_000) warn(`POST /wrong/${"x".repeat(1_000)}`);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[0]).toEqual({ target: `POST /wrong/${"x".repeat(1_000)}`.slice(0, 200) });
  expect(lines[0]?.[1]).toContain("POST https://desk.example.org/api/webhooks/twilio-whatsapp");
  warn("GET /");
  expect(lines).toHaveLength(2);
});

/** A running server with a connection, and requests to it as Twilio makes them. */
async function startConnectedServer() {
  await using undo = new AsyncDisposableStack();
  const store = undo.use(await createTestStore("postgres"));
  const simulator = undo.use(createSimulator({ pace: 0 }));
  const { log, lines } = createTestLog();
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
  const server = await startServer(config, log);
  undo.defer(() => server.stop());
  const { known } = await seedTarget(server.url, "the-setup-token", simulator);
  let count = 0;
  const call = async (method: string, path: string, token = known.authToken) => {
    const params = {
      AccountSid: known.accountSid,
      MessageSid: `SM${(++count).toString(16).padStart(32, "0")}`,
      From: "whatsapp:+4915112345678",
      To: known.sender,
      Body: "Hello",
    };
    const form = new URLSearchParams(params).toString();
    const url = server.url + (method === "GET" ? `${path}?${form}` : path);
    const response = await fetch(url, {
      method,
      headers: {
        "x-twilio-signature": twilio.getExpectedTwilioSignature(token, url, method === "GET" ? {} : params),
        ...(method === "GET" ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      ...(method === "GET" ? {} : { body: form }),
    });
    return response.status;
  };
  const warnings = () =>
    lines
      .filter(({ msg }) => String(msg).includes("Twilio sent a webhook to the wrong place"))
      .map(({ level, target }) => [level, target]);
  const owned = undo.move();
  return { url: server.url, call, warnings, lines, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const PATH = "/api/webhooks/twilio-whatsapp";

test.each([
  ["POST", "/webhooks/twilio", 404],
  ["GET", "/webhooks/twilio", 404],
  ["POST", "/api/webhooks/twilio", 404],
  ["GET", PATH, 405],
  ["PUT", PATH, 405],
])("the log of a server warns of %s %s once, and only of genuine webhooks", async (method, path, status) => {
  await using server = await startConnectedServer();
  expect(await server.call("POST", PATH), "at its place").toBe(200);
  await server.call(method, path, "f".repeat(32));
  await fetch(server.url + path, { method });
  expect(server.warnings()).toEqual([]);
  expect(await server.call(method, path)).toBe(status);
  expect(await server.call(method, path)).toBe(status);
  expect(server.warnings()).toEqual([[40, `${method} ${path}`]]);
  expect(JSON.stringify(server.lines.filter(({ target }) => target))).toContain(`POST ${server.url}${PATH}`);
});
