import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TEMPLATES,
  SENTINEL_TOKENS,
} from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import { findClosedPort, startSimulator } from "../testing.ts";

const folder = new URL("../../../../fixtures/twilio/openapi/", import.meta.url);

type Schema = {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  items?: Schema;
  pattern?: string;
};
type Spec = { components: { schemas: Record<string, Schema> } };
type Json = Record<string, unknown>;

const specs = new Map<string, Spec>();
function load(name: string): Spec {
  const spec = specs.get(name) ?? (JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Spec);
  specs.set(name, spec);
  return spec;
}

/** Lists all differences between a body and its schema: missing or unknown properties, wrong types, values outside an enum. */
function compare(spec: Spec, schema: Schema, value: unknown, path: string): string[] {
  if (schema.$ref) {
    const target = spec.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
    return target ? compare(spec, target, value, path) : [`${path}: unknown reference`];
  }
  if (value === null) return [];
  if (schema.enum && !schema.enum.includes(value))
    return [`${path}: ${String(value)} is none of ${schema.enum.join(" ")}`];
  if (schema.pattern && !new RegExp(schema.pattern).test(String(value)))
    return [`${path}: ${String(value)} does not fit ${schema.pattern}`];
  const actual = Array.isArray(value)
    ? "array"
    : typeof value === "number" && Number.isInteger(value)
      ? "integer"
      : typeof value;
  if (schema.type && schema.type !== actual && !(schema.type === "number" && actual === "integer"))
    return [`${path}: ${actual} instead of ${schema.type}`];
  if (Array.isArray(value))
    return value.flatMap((item, index) =>
      schema.items ? compare(spec, schema.items, item, `${path}[${index}]`) : [],
    );
  if (!schema.properties) return [];
  const body = value as Json;
  const known = Object.keys(schema.properties);
  return [
    ...Object.keys(body)
      .filter((name) => !known.includes(name))
      .map((name) => `${path}.${name}: not in the specification`),
    ...Object.entries(schema.properties).flatMap(([name, inner]) =>
      name in body ? compare(spec, inner, body[name], `${path}.${name}`) : [],
    ),
  ];
}

describe("bodies follow Twilio's OpenAPI", () => {
  let simulator: Simulator;
  let messageSid = "";
  let mediaSid = "";
  const account = `/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}`;

  async function ask(
    path: string,
    method = "GET",
    form?: Record<string, string>,
    json?: unknown,
  ): Promise<Json> {
    const answer = await fetch(simulator.url + path, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${SENTINEL_ACCOUNTS.healthy}:${SENTINEL_TOKENS.primary}`).toString("base64")}`,
        ...(json ? { "Content-Type": "application/json" } : {}),
      },
      body: json ? JSON.stringify(json) : form ? new URLSearchParams(form) : undefined,
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Json;
  }

  beforeAll(async () => {
    simulator = await startSimulator();
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      url: `http://127.0.0.1:${await findClosedPort()}/`,
    });
    messageSid = (
      await simulator.sendIncoming({
        to: SENTINEL_SENDERS.online,
        from: "+15005550001",
        kind: "image",
        wait: true,
      })
    ).messageSid;
    mediaSid = String(
      ((await ask(`${account}/Messages/${messageSid}/Media.json`)).media_list as Json[])[0]?.sid,
    );
    await ask(`${account}/Messages.json`, "POST", {
      From: SENTINEL_SENDERS.online,
      To: "whatsapp:+15005563003",
      Body: "fails",
    });
    await simulator.settle();
  });
  afterAll(() => simulator.stop());

  const sender = `/v2/Channels/Senders/XE${"a".repeat(32)}`;
  const cases: [spec: string, schema: string, path: string | (() => string), key: string | null][] = [
    ["api_v2010", "api.v2010.account", `${account}.json`, null],
    ["api_v2010", "api.v2010.account.message", () => `${account}/Messages/${messageSid}.json`, null],
    ["api_v2010", "api.v2010.account.message", `${account}/Messages.json`, "messages"],
    [
      "api_v2010",
      "api.v2010.account.message.media",
      () => `${account}/Messages/${messageSid}/Media/${mediaSid}.json`,
      null,
    ],
    ["api_v2010", "api.v2010.account.key", `${account}/Keys.json`, "keys"],
    ["api_v2010", "api.v2010.account.balance", `${account}/Balance.json`, null],
    ["messaging_v1", "messaging.v1.service", "/v1/Services", "services"],
    ["messaging_v1", "messaging.v1.service", `/v1/Services/${SENTINEL_SERVICE}`, null],
    [
      "messaging_v1",
      "messaging.v1.service.channel_sender",
      `/v1/Services/${SENTINEL_SERVICE}/ChannelSenders`,
      "senders",
    ],
    [
      "messaging_v2",
      "messaging.v2.channels_sender_response",
      "/v2/Channels/Senders?Channel=whatsapp",
      "senders",
    ],
    ["messaging_v2", "messaging.v2.channels_sender_response", sender, null],
    ["content_v1", "content.v1.content", "/v1/Content", "contents"],
    ["content_v1", "content.v1.content", `/v1/Content/${SENTINEL_TEMPLATES.approved}`, null],
    [
      "content_v1",
      "content.v1.content.approval_fetch",
      `/v1/Content/${SENTINEL_TEMPLATES.approved}/ApprovalRequests`,
      null,
    ],
    ["content_v1", "content.v1.content_and_approvals", "/v1/ContentAndApprovals", "contents"],
    ["content_v2", "content.v1.content_and_approvals", "/v2/ContentAndApprovals", "contents"],
    ["monitor_v1", "monitor.v1.alert", "/v1/Alerts", "alerts"],
  ];

  test.each(cases)("%s %s at %s", async (name, schemaName, path, key) => {
    const spec = load(name);
    const schema = spec.components.schemas[schemaName];
    if (!schema?.properties) throw new Error(`${schemaName} is not in ${name}`);
    const body = await ask(typeof path === "string" ? path : path());
    const items = key ? (body[key] as Json[]) : [body];
    expect(items.length).toBeGreaterThan(0);
    expect(items.flatMap((item, index) => compare(spec, schema, item, `${schemaName}[${index}]`))).toEqual(
      [],
    );
    const complete = key ? (items[0] ?? {}) : body;
    expect(Object.keys(schema.properties).filter((property) => !(property in complete))).toEqual([]);
  });

  test.each([
    [
      "messaging_v2",
      "messaging.v2.channels_sender_response",
      () => ask("/v2/Channels/Senders", "POST", undefined, { sender_id: "whatsapp:+14155550188" }),
    ],
    ["messaging_v1", "messaging.v1.service", () => ask("/v1/Services", "POST", { FriendlyName: "Kayaks" })],
  ] as const)("%s %s that was created", async (name, schemaName, create) => {
    const spec = load(name);
    const schema = spec.components.schemas[schemaName];
    const body = await create();
    expect(body.sid).toMatch(/^(XE|MG)[0-9a-f]{32}$/);
    expect(compare(spec, schema ?? {}, body, schemaName)).toEqual([]);
    expect(Object.keys(schema?.properties ?? {}).filter((property) => !(property in body))).toEqual([]);
  });

  test("the single alert has all of its properties", async () => {
    const [alert] = (await ask("/v1/Alerts")).alerts as Json[];
    const spec = load("monitor_v1");
    const schema = spec.components.schemas["monitor.v1.alert-instance"] ?? {};
    const body = await ask(`/v1/Alerts/${String(alert?.sid)}`);
    expect(compare(spec, schema, body, "alert")).toEqual([]);
    expect(Object.keys(body).sort()).toEqual(Object.keys(schema.properties ?? {}).sort());
  });

  test("lists carry the page members of the published examples", async () => {
    expect(Object.keys(await ask(`${account}/Messages.json?PageSize=1`)).sort()).toEqual(
      [
        "end",
        "first_page_uri",
        "messages",
        "next_page_uri",
        "page",
        "page_size",
        "previous_page_uri",
        "start",
        "uri",
      ].sort(),
    );
    expect(Object.keys((await ask("/v1/Services")).meta as Json).sort()).toEqual([
      "first_page_url",
      "key",
      "next_page_url",
      "page",
      "page_size",
      "previous_page_url",
      "url",
    ]);
  });

  test("answers to changes too: key, tokens, sender, content, approval", async () => {
    const check = (name: string, schemaName: string, body: Json) =>
      compare(load(name), load(name).components.schemas[schemaName] ?? {}, body, schemaName);
    expect(
      check(
        "api_v2010",
        "api.v2010.account.new_key",
        await ask(`${account}/Keys.json`, "POST", { FriendlyName: "x" }),
      ),
    ).toEqual([]);
    expect(
      check(
        "messaging_v2",
        "messaging.v2.channels_sender_response",
        await ask(sender, "POST", undefined, { webhook: { callback_url: "https://a.example" } }),
      ),
    ).toEqual([]);
    const content = await ask("/v1/Content", "POST", undefined, {
      friendly_name: "x",
      language: "en",
      types: { "twilio/text": { body: "x" } },
    });
    expect(check("content_v1", "content.v1.content", content)).toEqual([]);
    expect(
      check(
        "content_v1",
        "content.v1.content.approval_create",
        await ask(`/v1/Content/${String(content.sid)}/ApprovalRequests/whatsapp`, "POST", undefined, {
          name: "x",
          category: "UTILITY",
        }),
      ),
    ).toEqual([]);
    expect(
      check("accounts_v1", "accounts.v1.secondary_auth_token", await ask("/v1/AuthTokens/Secondary", "POST")),
    ).toEqual([]);
    expect(
      check("accounts_v1", "accounts.v1.auth_token_promotion", await ask("/v1/AuthTokens/Promote", "POST")),
    ).toEqual([]);
  });
});
