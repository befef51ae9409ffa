import { testDatabases } from "@waystation/db/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestInstallation, type TestInstallation } from "../testing.ts";
import { chooseSender } from "./choose-sender.ts";
import { configureWebhook, fetchWebhook, twilioClientFor } from "./configure-webhook.ts";
import { connectTwilioSender, webhookTargetOf } from "./connect.ts";
import { parseCredentials } from "./credentials/parse-credentials.ts";
import { disconnectSender } from "./disconnect.ts";
import { checkConnection } from "./health/check-connection.ts";
import type { UncheckedParts } from "./health/unchecked-parts.ts";
import { connectInput } from "./inputs.ts";
import { inspectAccount } from "./inspect-account.ts";
import { listConnectionStatus } from "./list-connections.ts";
import {
  DocumentedResponse,
  json,
  type Path,
  type Responder,
  type Route,
  startStub,
  withValue,
} from "./testing-openapi.ts";
import { verifyCredentials } from "./verify.ts";

const SENDER = "whatsapp:+14155550190";
const SENDER_SID = `XE${"a".repeat(32)}`;
const SERVICE = `MG${"a".repeat(32)}`;
const TOKEN = "c".repeat(32);
const OLD_URL = "https://old.example.org/hook";
let accounts = 0;

const documented = {
  account: new DocumentedResponse("api_v2010", "/2010-04-01/Accounts/{Sid}.json"),
  senders: new DocumentedResponse("messaging_v2", "/v2/Channels/Senders"),
  sender: new DocumentedResponse("messaging_v2", "/v2/Channels/Senders/{Sid}"),
  services: new DocumentedResponse("messaging_v1", "/v1/Services"),
  service: new DocumentedResponse("messaging_v1", "/v1/Services/{Sid}"),
  pool: new DocumentedResponse("messaging_v1", "/v1/Services/{MessagingServiceSid}/ChannelSenders"),
  messages: new DocumentedResponse("api_v2010", "/2010-04-01/Accounts/{AccountSid}/Messages.json"),
} satisfies Record<Route, DocumentedResponse>;
const routes = Object.keys(documented) as Route[];

function bodies(accountSid: string): Record<Route, unknown> {
  const page = { next_page_url: null, next_page_uri: null, meta: undefined };
  const account = { sid: accountSid, owner_account_sid: accountSid, status: "active", type: "Full" };
  const sender = { ...page, sid: SENDER_SID, sender_id: SENDER, status: "ONLINE", callback_url: OLD_URL };
  const service = { ...page, sid: SERVICE, use_inbound_webhook_on_number: false };
  return {
    account: documented.account.body({ ...account, auth_token: TOKEN }),
    senders: documented.senders.body(sender),
    sender: documented.sender.body(sender),
    services: documented.services.body(service),
    service: documented.service.body(service),
    pool: documented.pool.body({ ...page, sender: "whatsapp:+14155550191" }),
    messages: documented.messages.body(page),
  };
}

/** The part that is unchecked without a field, and a word from its message. */
const NEEDED: Partial<Record<Route, Record<string, [what: UncheckedParts["what"], word: string]>>> = {
  account: {
    friendly_name: ["account", "name"],
    status: ["account", "status"],
    type: ["account", "type"],
    owner_account_sid: ["account", "owner"],
  },
  senders: {
    senders: ["senders", "could not be read"],
    "senders with null": ["senders", "an address"],
    "senders.0.sender_id": ["senders", "an address"],
  },
  services: {
    services: ["services", "could not be read"],
    "services with null": ["services", "a SID"],
    "services.0.sid": ["services", "a SID"],
  },
  pool: { senders: ["service_senders", "could not be read"] },
};

interface Change {
  route: Route;
  path: Path;
  kind: string;
  value: unknown;
}
const changes: Change[] = routes.flatMap((route) =>
  documented[route]
    .variations()
    .flatMap(({ path, values }) => values.map(([kind, value]) => ({ route, path, kind, value })))
    // Excludes the fields that identify the sender and show that it can receive messages.
    .filter(({ route, path, kind }) => `${route} ${path} ${kind}` !== "senders senders an empty list")
    .filter(
      ({ path, kind }) => !(kind === "a number" && ["sender_id", "sender"].includes(String(path.at(-1)))),
    ),
);

const login = (accountSid: string) => ({
  mode: "test" as const,
  accountSid,
  authToken: TOKEN,
  apiKeySid: `SK${"a".repeat(32)}`,
  apiKeySecret: "s".repeat(32),
});

/** Runs the Twilio calls of verify, connect and check, without a database. */
async function read(responders: Record<Route, Responder>, accountSid: string) {
  await using twilio = await startStub(responders);
  const credentials = parseCredentials(login(accountSid));
  const found = await inspectAccount(credentials, twilio.url, SENDER);
  const chosen = chooseSender(found, SENDER);
  const target = webhookTargetOf({ sender: SENDER, senderSid: SENDER_SID });
  const configured = await configureWebhook(
    { publicUrl: "https://desk.example.org", simulatorUrl: twilio.url },
    credentials,
    target,
    chosen.webhook,
  );
  const client = twilioClientFor({ simulatorUrl: twilio.url }, credentials);
  const service = await fetchWebhook(client, webhookTargetOf({ sender: SERVICE, senderSid: null }));
  return { found, chosen, configured, service };
}

/** Runs a connection's full life cycle against a Twilio stub with these responses. */
async function run(desk: TestInstallation, responders: Record<Route, Responder>, accountSid: string) {
  await using twilio = await startStub(responders);
  const ctx = { ...(await desk.person()), simulatorUrl: twilio.url };
  const credentials = login(accountSid);
  const verified = await verifyCredentials(ctx, credentials);
  const input = connectInput.parse({ ...credentials, sender: SENDER, configureWebhook: true });
  const made = await connectTwilioSender(ctx, input);
  const checked = await checkConnection(ctx, { connectionId: made.id });
  const [listed] = await listConnectionStatus(ctx);
  const ended = await disconnectSender(ctx, { connectionId: made.id });
  expect([made.isActive, checked.isActive, listed?.id, ended.isActive]).toEqual([true, true, made.id, false]);
  expect(checked.verdict).toBe("attention");
  const whats = (unchecked: { what: string }[]) => unchecked.map(({ what }) => what);
  expect(whats(checked.unchecked)).toEqual(whats(verified.unchecked));
  expect(ended.webhook.state).not.toBe("ours");
  return { verified, made, ended };
}

function respondersFor(accountSid: string, applied: Change[]): Record<Route, Responder> {
  const all = bodies(accountSid);
  // Inner fields first: a removed field has no inner fields.
  for (const { route, path, value } of applied.toSorted((a, b) => b.path.length - a.path.length))
    all[route] = withValue(all[route], path, value);
  return Object.fromEntries(routes.map((route) => [route, json(all[route])])) as Record<Route, Responder>;
}

function newAccountSid(): string {
  return `AC${String(++accounts).padStart(32, "0")}`;
}

const plain =
  (code: number): Responder =>
  (res) =>
    void res.writeHead(code, { "Content-Type": "text/plain" }).end("no");
const failures: [string, Responder, reason: string][] = [
  ["403 with plain text", plain(403), "no_permission"],
  ["403 with an error of Twilio's", json({ code: 20403, message: "Forbidden" }, 403), "no_permission"],
  ["404 with plain text", plain(404), "twilio_unexpected"],
  ["429 with plain text", plain(429), "twilio_rate_limited"],
  ["500 with plain text", plain(500), "twilio_unreachable"],
  ["503 with plain text", plain(503), "twilio_unreachable"],
  ["500 without a body", (res) => void res.writeHead(500).end(), "twilio_unreachable"],
  ["200 with a web page", (res) => void res.writeHead(200).end("<html>"), "twilio_unexpected"],
  ["200 without a body", (res) => void res.writeHead(200).end(), "twilio_unexpected"],
  ["200 with null", json(null), "twilio_unexpected"],
  ["200 with a list", json([]), "twilio_unexpected"],
  ["200 with text", json("ok"), "twilio_unexpected"],
  ["200 with an empty object", json({}), "twilio_unexpected"],
  ["half of an object", (res) => void res.writeHead(200).end('{"senders": ['), "twilio_unexpected"],
  ["a redirect", (res) => void res.writeHead(302, { Location: "/" }).end(), "twilio_unexpected"],
  ["a broken connection", (res) => void res.destroy(), "twilio_unreachable"],
];
const lists: [Route, UncheckedParts["what"]][] = [
  ["senders", "senders"],
  ["services", "services"],
  ["pool", "service_senders"],
  ["messages", "messages"],
];
const failingLists = lists.flatMap(([route, what]) =>
  failures
    // A key without permission for messages cannot be used, and the content of the message list is ignored.
    .filter(([name]) => what !== "messages" || !/^403|empty object/.test(name))
    .map(([name, respond, reason]) => ({ route, what, name, respond, reason })),
);

test.each(failingLists)("the list of $what answers $name", async ({ route, what, respond, reason }) => {
  const accountSid = newAccountSid();
  const { found, chosen } = await read({ ...respondersFor(accountSid, []), [route]: respond }, accountSid);
  expect(found.unchecked.map((one) => [one.what, one.reason])).toEqual([[what, reason]]);
  expect(found.account.status).toBe("active");
  expect(chosen.sender).toBe(SENDER);
  expect(chosen.caution?.reason ?? null).toBe(what === "senders" ? "sender_unchecked" : null);
});

test.each(routes)("each documented field of %s alone", async (route) => {
  const own = changes.filter((change) => change.route === route);
  expect(own.length).toBeGreaterThan(8);
  for (const change of own) {
    const name = change.path.join(".");
    const where = `${route} ${name} is ${change.kind}`;
    const accountSid = newAccountSid();
    const { found, chosen } = await read(respondersFor(accountSid, [change]), accountSid).catch((error) => {
      throw new Error(`${where}: ${error}`, { cause: error });
    });
    const needed = NEEDED[route]?.[change.kind === "a list with null" ? `${name} with null` : name];
    const expected = needed && /^null|missing|with null/.test(change.kind) ? [needed] : [];
    expect(
      found.unchecked.map((one) => one.what),
      where,
    ).toEqual(expected.map(([what]) => what));
    for (const [, word] of expected) expect(found.unchecked[0]?.message, where).toContain(word);
    expect(chosen.sender, where).toBe(SENDER);
  }
});

test("a list goes on over pages, and says where it broke off", async () => {
  const accountSid = newAccountSid();
  const { senders } = bodies(accountSid);
  const meta = (page: number, next: string | null) =>
    withValue(
      withValue(senders, ["meta"], { key: "senders", page, next_page_url: next }),
      ["senders", 0, "sender_id"],
      page === 0 ? SENDER : `whatsapp:+1415555020${page}`,
    );
  const next = "https://messaging.twilio.com/v2/Channels/Senders?Channel=whatsapp&Page=1";
  const pages: Responder[] = [json(meta(0, next)), plain(500)];
  const serve: Responder = (res) => (pages.length > 1 ? pages.shift() : pages[0])?.(res);
  const broken = await read({ ...respondersFor(accountSid, []), senders: serve }, accountSid);
  expect(broken.found.senders.map(({ address }) => address)).toEqual([SENDER]);
  expect(broken.found.unchecked[0]?.message).toContain("Only the first 1 WhatsApp senders could be read");
  const whole: Responder[] = [json(meta(0, next)), json(meta(1, null))];
  const serveWhole: Responder = (res) => whole.shift()?.(res);
  const { found } = await read({ ...respondersFor(accountSid, []), senders: serveWhole }, accountSid);
  expect(found.senders.map(({ address }) => address)).toEqual([SENDER, "whatsapp:+14155550201"]);
  expect(found.unchecked).toEqual([]);
});

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  beforeAll(async () => {
    desk = await createTestInstallation(kind);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  test("with every documented field, all of it is checked", async () => {
    const accountSid = newAccountSid();
    const { verified, made, ended } = await run(desk, respondersFor(accountSid, []), accountSid);
    expect(verified.unchecked).toEqual([]);
    expect(verified.senders).toMatchObject([{ address: SENDER, sid: SENDER_SID, offline: false }]);
    expect(verified.services).toMatchObject([{ sid: SERVICE, senders: ["whatsapp:+14155550191"] }]);
    expect(made.configured).toMatchObject({ applied: true, problem: null });
    expect(ended.restored.state).toBe("restored");
    expect(ended.webhook).toMatchObject({ state: "elsewhere", actualUrl: OLD_URL });
  });

  test("any fields changed at once", async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(changes, { minLength: 1 }), async (applied) => {
        const accountSid = newAccountSid();
        await run(desk, respondersFor(accountSid, applied), accountSid);
      }),
      { numRuns: 10 },
    );
  });

  test("every field null, and every field missing", async () => {
    for (const kind of ["null", "missing"]) {
      const accountSid = newAccountSid();
      const all = changes.filter((change) => change.kind === kind);
      const { verified } = await run(desk, respondersFor(accountSid, all), accountSid);
      expect(verified.unchecked.map(({ what }) => what)).toEqual(["account", "senders", "services"]);
      expect(verified.account).toMatchObject({ name: accountSid, status: "unknown", relation: "unknown" });
    }
  });

  test.each(lists)("%s that cannot be read", async (route, what) => {
    const accountSid = newAccountSid();
    const responders = { ...respondersFor(accountSid, []), [route]: plain(500) };
    const { verified, made } = await run(desk, responders, accountSid);
    expect(verified.unchecked.map((one) => one.what)).toEqual([what]);
    expect(made.configured.problem?.reason ?? null).toBe(what === "senders" ? "sender_unchecked" : null);
  });
});
