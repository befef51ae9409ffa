import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { inferRouterOutputs } from "@trpc/server";
import type * as connectionSchemas from "@waystation/api/rest/connection-schemas";
import type * as conversationSchemas from "@waystation/api/rest/conversation-schemas";
import { restEndpoints } from "@waystation/api/rest/openapi";
import type * as teamSchemas from "@waystation/api/rest/team-schemas";
import type { AppRouter } from "@waystation/api/root";
import { createTestStore } from "@waystation/db/testing/databases";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, sentinelTokenOf } from "@waystation/twilio-simulator/sentinels";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import openapiTS, { astToString } from "openapi-typescript";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import type { z } from "zod";
import { readConfig } from "../lifecycle/config.ts";
import { startServer } from "../lifecycle/server.ts";
import { createTestLog } from "../testing/test-files.ts";
import { createTestVisitor } from "../testing/test-server.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../../..");
const CONNECT = "/api/integrations/twilio-whatsapp/connect";
const credentials = {
  mode: "test",
  accountSid: SENTINEL_ACCOUNTS.healthy,
  authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.healthy),
} as const;

/** A server over Postgres, with a simulator beside it and somebody who has written. */
async function serve() {
  const store = await createTestStore("postgres");
  const simulator = createSimulator({ pace: 0 });
  const simulatorUrl = await simulator.start(0);
  const { log } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    DATA_DIR: "/nowhere/that/can/be/written",
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: "the-setup-token",
    TWILIO_SIMULATOR_URL: simulatorUrl,
  });
  const server = await startServer(config, log);
  const owner = createTestVisitor(server.url);
  const email = "olga@example.org";
  const password = "a password nobody guesses";
  await owner.api.setup.createOwner.mutate({
    token: "the-setup-token",
    name: "Olga Owner",
    email,
    password,
    organization: "Acme",
  });
  await owner.signIn(email, password);
  const { key } = await owner.api.apiKeys.make.mutate({ name: "Our CRM", role: "admin", days: 30 });
  const folder = mkdtempSync(join(tmpdir(), "waystation-client-"));
  return {
    url: server.url,
    owner,
    simulator,
    key,
    folder,
    stop: async () => {
      rmSync(folder, { recursive: true, force: true });
      await server.stop();
      await simulator.stop();
      await store[Symbol.asyncDispose]();
    },
  };
}

let desk: Awaited<ReturnType<typeof serve>>;
// biome-ignore lint/suspicious/noExplicitAny: a document that is only known when it is read
let document: any;
beforeAll(async () => {
  desk = await serve();
  document = await (await fetch(`${desk.url}/api/openapi.json`)).json();
});
afterAll(() => desk.stop());

test("the description is valid OpenAPI 3.1, and holds every endpoint", async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(document.openapi).toMatch(/^3\.1\./);
  const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const offered = restEndpoints.map(({ method, path }) => `${method} ${path}`);
  const outsideProcedures = [
    "GET /api/audit/export",
    "POST /api/media",
    "GET /api/media/{id}",
    "DELETE /api/media/{id}",
  ];
  expect(described.toSorted()).toEqual([...offered, ...outsideProcedures].toSorted());
  for (const way of ["POST", "GET", "DELETE"]) expect(described).toContain(`${way} ${CONNECT}`);
  expect(described).toContain("POST /api/integrations/twilio-whatsapp/verify");
});

test("every endpoint answers what is described, and nothing more", async () => {
  const { owner, simulator } = desk;
  const check = validator(document);
  const tried = new Set<string>();
  const call = async (method: string, template: string, ids: object = {}, given: object = {}) => {
    tried.add(`${method} ${template}`);
    let path = template;
    for (const [name, id] of Object.entries(ids)) path = path.replace(`{${name}}`, id);
    const isPost = method === "POST";
    const query = new URLSearchParams(given as Record<string, string>);
    const response = await fetch(`${desk.url}${path}${isPost ? "" : `?${query}`}`, {
      method,
      headers: { authorization: `Bearer ${desk.key}`, "content-type": "application/json" },
      ...(isPost && { body: JSON.stringify(given) }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: the description says what it is
    const body: any = await response.json();
    expect(response.status, JSON.stringify(body)).toBe(200);
    expect(check(method, template, body), `${method} ${template}: ${JSON.stringify(body)}`).toEqual([]);
    return body;
  };

  await call("POST", "/api/integrations/twilio-whatsapp/verify", {}, credentials);
  const connected = await call(
    "POST",
    CONNECT,
    {},
    {
      ...credentials,
      sender: SENTINEL_SENDERS.online,
      configureWebhook: true,
    },
  );
  expect(connected).toMatchObject({ isActive: true, webhookUrl: expect.stringContaining(desk.url) });
  const incoming = (body: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });
  await incoming("Moin");
  await incoming("STOP");
  await incoming("START");
  expect(await call("GET", CONNECT)).toHaveLength(1);
  await call("POST", "/api/integrations/twilio-whatsapp/check", {}, { connectionId: connected.id });
  const events = await call("GET", "/api/events", {}, { limit: "2", kind: "message" });
  expect(events.items).toHaveLength(2);

  const { items } = await call("GET", "/api/conversations", {}, { filter: "unread" });
  expect(items).toMatchObject([{ unread: 3, lastMessage: { preview: "START" } }]);
  const ids = { conversationId: items[0].id };
  const conversation = "/api/conversations/{conversationId}";
  await call("POST", `${conversation}/read`, ids);
  expect((await call("GET", "/api/conversations", {}, { filter: "unread" })).items).toEqual([]);
  const { items: theirs } = await owner.api.conversations.list.query({ filter: "unread" });
  expect(theirs, "what a program has read no person has").toHaveLength(1);

  const sending = { clientKey: "order 4711, once", body: "Your order is on its way." };
  const sent = await call("POST", `${conversation}/messages`, ids, sending);
  expect(sent).toMatchObject({ direction: "out", body: sending.body, author: "Our CRM" });
  expect((await call("POST", `${conversation}/messages`, ids, sending)).id).toBe(sent.id);
  const odd = { clientKey: "\u0000 and \ud800, odd", body: "Odd \u0000 \ud800" };
  expect(await call("POST", `${conversation}/messages`, ids, odd)).toMatchObject({
    body: "Odd \ufffd \ufffd",
  });
  await expect
    .poll(async () => (await call("GET", `${conversation}/messages`, ids)).items[0].status, {
      timeout: 20_000,
    })
    .toMatch(/^(sent|delivered|read)$/);
  expect((await call("GET", `${conversation}/messages`, ids, { limit: "2" })).items).toHaveLength(2);
  await call("GET", `${conversation}/messages/{messageId}/timeline`, { ...ids, messageId: sent.id });

  await call("POST", `${conversation}/resolve`, ids);
  await call("POST", `${conversation}/reopen`, ids);
  const { members } = await call("GET", "/api/team");
  await call("POST", `${conversation}/assign`, ids, { userId: members[0].userId });
  expect(await call("GET", conversation, ids)).toMatchObject({
    assignee: { name: "Olga Owner" },
    isOpen: true,
  });

  const key = { connectionId: connected.id, keyId: "webhooks_sharedkey_00000000000000000000000001" };
  const secret = randomBytes(32).toString("base64url");
  const sharedKeys = "/api/integrations/twilio-whatsapp/shared-keys";
  expect(await call("POST", sharedKeys, {}, { ...key, secret, algorithm: "HMAC_SHA256" })).toMatchObject({
    sharedKeys: [{ keyId: key.keyId, lastFour: secret.slice(-4), addedBy: "Our CRM" }],
  });
  expect(await call("DELETE", sharedKeys, {}, key)).toMatchObject({ sharedKeys: [] });

  const words = { stopWords: ["Feierabend"], startWords: ["Weiter"] };
  expect(await call("GET", "/api/opt-out")).toMatchObject({ stopWords: [], startWord: "START" });
  expect(await call("POST", "/api/opt-out", {}, { languages: ["de"], ...words })).toMatchObject(words);

  const ended = await call("DELETE", CONNECT, {}, { connectionId: connected.id });
  expect(ended).toMatchObject({ isActive: false, restored: { state: "restored" } });
  const { items: entries } = await call("GET", "/api/audit");
  expect(entries[0]).toMatchObject({ action: "connection.disconnected", actor: { name: "Our CRM" } });
  expect([...tried].toSorted()).toEqual(
    restEndpoints.map(({ method, path }) => `${method} ${path}`).toSorted(),
  );
});

test("the audit log is taken as a file, which is told in it", async () => {
  const take = async (format: string) => {
    const response = await fetch(`${desk.url}/api/audit/export?format=${format}&action=audit`, {
      headers: { authorization: `Bearer ${desk.key}` },
    });
    return { type: response.headers.get("content-type"), text: await response.text(), response };
  };
  const csv = await take("csv");
  expect(csv.response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="audit-log-[\d-]+\.csv"$/,
  );
  expect(csv.type).toBe("text/csv; charset=utf-8");
  expect(csv.text.split("\r\n")).toHaveLength(3);
  expect(csv.text).toContain('"Our CRM"');
  const lines = await take("jsonl");
  expect(lines.type).toBe("application/jsonl; charset=utf-8");
  const entries = lines.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(entries).toMatchObject([
    { action: "audit.exported", subject: "jsonl" },
    { action: "audit.exported", subject: "csv" },
  ]);
  const wrong = await fetch(`${desk.url}/api/audit/export?format=xls`, {
    headers: { authorization: `Bearer ${desk.key}` },
  });
  expect([wrong.status, await wrong.json()]).toMatchObject([
    400,
    { field: "format", message: "“format”: Choose one of the formats csv and jsonl." },
  ]);
});

test("a body says what to disconnect as well as a query does", async () => {
  const again = await fetch(`${desk.url}${CONNECT}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${desk.key}`, "content-type": "application/json" },
    body: JSON.stringify({ connectionId: "3c3f8f0a-0000-7000-8000-000000000000" }),
  });
  expect(again.status).toBe(404);
});

/** What every client in TypeScript does with such a description, in strict mode. */
const PROGRAM = `
import createClient from "openapi-fetch";
import type { components, paths } from "./waystation.d.ts";

const client = createClient<paths>({
  baseUrl: process.env["DESK"]!,
  headers: { authorization: \`Bearer \${process.env["KEY"]}\` },
});
const { data, error } = await client.GET("/api/conversations", { params: { query: { filter: "all", limit: 5 } } });
if (error) throw new Error(error.message);
const [first] = data.items;
const conversationId: string = first!.id;
const { data: message } = await client.POST("/api/conversations/{conversationId}/messages", {
  params: { path: { conversationId } },
  body: { clientKey: "a generated client", body: "Hello" },
});
const refused = await client.GET("/api/conversations/{conversationId}", {
  params: { path: { conversationId: "00000000-0000-7000-8000-000000000000" } },
});
const problem: components["schemas"]["Problem"] | undefined = refused.error;
// @ts-expect-error there is no such filter
client.GET("/api/conversations", { params: { query: { filter: "nonsense" } } }).catch(() => {});
console.log(JSON.stringify({ count: data.items.length, said: message?.body ?? null, problem }));
`;

test("a client that is generated from the description compiles, and talks to the server", async () => {
  const { folder } = desk;
  await fetch(`${desk.url}${CONNECT}`, {
    method: "POST",
    headers: { authorization: `Bearer ${desk.key}`, "content-type": "application/json" },
    body: JSON.stringify({ ...credentials, sender: SENTINEL_SENDERS.online, configureWebhook: true }),
  });
  await desk.simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: "+491511234567",
    body: "Moin",
    wait: true,
  });
  writeFileSync(join(folder, "waystation.d.ts"), astToString(await openapiTS(document)));
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  symlinkSync(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules"));
  const options =
    "--noEmit --strict --target es2024 --module nodenext --allowImportingTsExtensions --skipLibCheck";
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  await run(process.execPath, [tsc, ...options.split(" "), ...types, "program.ts"], { cwd: folder });
  const env = { ...process.env, DESK: desk.url, KEY: desk.key };
  const { stdout } = await run(process.execPath, ["program.ts"], { cwd: folder, env });
  expect(JSON.parse(stdout)).toMatchObject({
    count: 1,
    said: "Hello",
    problem: { code: "NOT_FOUND", reason: "not_found" },
  });
});

test("the example of the first page works as it stands", async () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const examples = [...readme.matchAll(/```sh\n(curl[\s\S]*?)```/g)].map(([, text]) => text ?? "");
  expect(examples.length).toBeGreaterThan(0);
  for (const example of examples) {
    const command = example.replaceAll("https://desk.example.org", desk.url);
    const env = { ...process.env, WAYSTATION_KEY: desk.key };
    const { stdout } = await run("sh", ["-c", command.replace("curl", "curl --silent --fail")], { env });
    expect(JSON.parse(stdout)).toMatchObject({ items: expect.any(Array), nextCursor: null });
  }
});

type Outputs = inferRouterOutputs<AppRouter>;
type Schemas = typeof connectionSchemas & typeof conversationSchemas & typeof teamSchemas;
type Described<Name extends keyof Schemas> = Schemas[Name] extends z.ZodType ? z.infer<Schemas[Name]> : never;

test("what is described is what the procedures answer", () => {
  expectTypeOf<Outputs["twilioWhatsApp"]["verify"]>().toExtend<Described<"verificationSchema">>();
  expectTypeOf<Outputs["twilioWhatsApp"]["connect"]>().toExtend<Described<"connectedSchema">>();
  expectTypeOf<Outputs["twilioWhatsApp"]["status"]>().toExtend<Described<"connectionsSchema">>();
  expectTypeOf<Outputs["twilioWhatsApp"]["disconnect"]>().toExtend<Described<"disconnectedSchema">>();
  expectTypeOf<Outputs["twilioWhatsApp"]["check"]>().toExtend<Described<"connectionSchema">>();
  expectTypeOf<Outputs["twilioWhatsApp"]["addSharedKey"]>().toExtend<Described<"connectionSchema">>();
  expectTypeOf<Outputs["twilioWhatsApp"]["removeSharedKey"]>().toExtend<Described<"connectionSchema">>();
  expectTypeOf<Outputs["events"]["list"]>().toExtend<Described<"eventsSchema">>();
  expectTypeOf<Outputs["conversations"]["list"]>().toExtend<Described<"conversationsSchema">>();
  expectTypeOf<Outputs["conversations"]["get"]>().toExtend<Described<"conversationSchema">>();
  expectTypeOf<Outputs["conversations"]["markRead"]>().toExtend<Described<"unreadSchema">>();
  expectTypeOf<Outputs["conversations"]["resolve"]>().toExtend<Described<"isOpenSchema">>();
  expectTypeOf<Outputs["conversations"]["reopen"]>().toExtend<Described<"isOpenSchema">>();
  expectTypeOf<Outputs["conversations"]["assign"]>().toExtend<Described<"assigneeIdSchema">>();
  expectTypeOf<Outputs["messages"]["list"]>().toExtend<Described<"messagesSchema">>();
  expectTypeOf<Outputs["messages"]["send"]>().toExtend<Described<"messageSchema">>();
  expectTypeOf<Outputs["messages"]["timeline"]>().toExtend<Described<"timelineSchema">>();
  expectTypeOf<Outputs["optOut"]["settings"]>().toExtend<Described<"optOutSettingsSchema">>();
  expectTypeOf<Outputs["optOut"]["updateSettings"]>().toExtend<Described<"optOutSettingsSchema">>();
  expectTypeOf<Outputs["team"]["list"]>().toExtend<Described<"teamSchema">>();
  expectTypeOf<Outputs["audit"]["list"]>().toExtend<Described<"auditEntriesSchema">>();
});

/** What is wrong with an answer, by the document, in which then nothing is optional and nothing may be added. */
// biome-ignore lint/suspicious/noExplicitAny: see above
function validator(described: any) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const closed = structuredClone(described);
  close(closed.components.schemas);
  ajv.addSchema(closed, "document");
  return (method: string, path: string, body: unknown) => {
    const { $ref } =
      closed.paths[path][method.toLowerCase()].responses["200"].content["application/json"].schema;
    const validate = ajv.compile({ $ref: `document${$ref}` });
    return validate(body) ? [] : (validate.errors ?? []);
  };
}

// biome-ignore lint/suspicious/noExplicitAny: see above
function close(schema: any): void {
  if (typeof schema !== "object" || schema === null) return;
  if (schema.type === "object" && schema.properties) schema.additionalProperties = false;
  for (const part of Object.values(schema)) close(part);
}
