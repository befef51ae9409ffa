import type { AddressInfo } from "node:net";
import type { Context } from "@waystation/core/context";
import { TEST_PUBLIC_URL } from "@waystation/core/testing/test-core";
import { testDatabases } from "@waystation/db/testing/databases";
import { connectTwilioSender } from "@waystation/whatsapp/connections/connect";
import { checkConnection } from "@waystation/whatsapp/connections/health/check-connection";
import { connectInput } from "@waystation/whatsapp/connections/inputs";
import { listConnectionStatus } from "@waystation/whatsapp/connections/list-connections";
import { listEvents } from "@waystation/whatsapp/events/list-events";
import { createTestInstallation, type TestInstallation } from "@waystation/whatsapp/testing";
import { createWebhookIngest } from "@waystation/whatsapp/webhooks/ingest";
import { createRejectionLog } from "@waystation/whatsapp/webhooks/rejections";
import express from "express";
import twilio from "twilio";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMisdirectedRoute } from "./misdirected-route.ts";
import { createWebhookRoute } from "./webhook-route.ts";

const PATH = "/api/webhooks/twilio-whatsapp";
let counter = 0;

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  let base: string;
  let server: ReturnType<express.Express["listen"]>;
  let rejections: ReturnType<typeof createRejectionLog>;
  const reports: unknown[] = [];
  const counted: string[] = [];
  const warned: string[] = [];

  beforeAll(async () => {
    desk = await createTestInstallation(kind);
    rejections = createRejectionLog(desk.store, desk.platform.feed, (error) => reports.push(error));
    const deps = {
      platform: desk.platform,
      ingest: createWebhookIngest(desk.store, desk.platform.feed, {
        onBatch: () => {},
        onRetry: () => {},
        onUnprojected: (error) => reports.push(error),
      }),
      rejections,
      isHealthy: async () => true,
      count: (answer: string) => void counted.push(answer),
      warnOfMisdirected: (target: string) => void warned.push(target),
      report: (error: unknown) => void reports.push(error),
    };
    const app = express().use(createWebhookRoute(deps), createMisdirectedRoute(deps, "wrong_path"));
    server = app.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await desk[Symbol.asyncDispose]();
    expect(reports).toEqual([]);
  });

  async function connectFresh() {
    const sender = `whatsapp:+1415557${String(++counter).padStart(4, "0")}`;
    const account = desk.simulator.createAccount({ senders: [sender] });
    const ctx = await desk.person();
    const input = { mode: "test" as const, accountSid: account.sid, authToken: account.token, sender };
    const { id } = await connectTwilioSender(ctx, connectInput.parse(input));
    const params = () => ({
      AccountSid: account.sid,
      MessageSid: `SM${(++counter).toString(16).padStart(32, "0")}`,
      From: "whatsapp:+4915112345678",
      To: sender,
      Body: "Hello",
    });
    return { ctx, account, sender, connectionId: id, params };
  }

  /** As Twilio sends it: parameters in the body, or with GET in the URL. */
  function call(method: string, path: string, params: Record<string, string>, token: string) {
    const form = new URLSearchParams(params).toString();
    const target = method === "GET" ? `${path}?${form}` : path;
    const signed = method === "GET" ? {} : params;
    return fetch(base + target, {
      method,
      headers: {
        "x-twilio-signature": twilio.getExpectedTwilioSignature(token, TEST_PUBLIC_URL + target, signed),
        ...(method === "GET" ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      body: method === "GET" ? undefined : form,
    });
  }

  const rejected = async (ctx: Context, connectionId: string) => {
    await rejections.flush();
    return (await listEvents(ctx, { connectionId, outcome: "rejected" })).items;
  };

  test.each([
    `${PATH}/`,
    `${PATH}//`,
    `/${PATH}`,
    PATH.replace("/webhooks", "//webhooks"),
    PATH.toUpperCase(),
    PATH.replace("twilio-whatsapp", "Twilio-WhatsApp"),
  ])("%s is the same route, signed as it was called", async (path) => {
    const { ctx, account, connectionId, params } = await connectFresh();
    expect((await call("POST", path, params(), account.token)).status).toBe(200);
    const forged = await fetch(base + path, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": twilio.getExpectedTwilioSignature(account.token, TEST_PUBLIC_URL + PATH, {
          AccountSid: account.sid,
        }),
      },
      body: `AccountSid=${account.sid}`,
    });
    expect(forged.status, "signed for the usual path").not.toBe(200);
    const { items } = await listEvents(ctx, { connectionId, outcome: "stored" });
    expect(items).toHaveLength(1);
  });

  test("a status callback too", async () => {
    const { account, params } = await connectFresh();
    const path = `${PATH}/status/0192f0c1-0000-7000-8000-000000000000/`;
    const statusParams = { ...params(), MessageStatus: "sent" };
    expect((await call("POST", path, statusParams, account.token)).status).toBe(200);
  });

  test.each([
    ["GET", PATH, "wrong_method", 405, "Twilio calls the webhook with GET"],
    ["PUT", PATH, "wrong_method", 405, "Twilio calls the webhook with PUT"],
    ["GET", `${PATH}/`, "wrong_method", 405, "Twilio calls the webhook with GET"],
    ["POST", "/webhooks/twilio", "wrong_path", 404, "another path of this server (/webhooks/twilio)"],
    ["POST", "/", "wrong_path", 404, "another path of this server (/)"],
    ["GET", "/api/twilio", "wrong_path", 404, "another path of this server (/api/twilio)"],
  ])("%s %s stores nothing and tells the admin", async (method, path, reason, code, sentence) => {
    const { ctx, account, connectionId, params } = await connectFresh();
    counted.length = 0;
    const response = await call(method, path, params(), account.token);
    expect(response.status).toBe(code);
    expect(counted).toEqual([reason]);
    expect(warned.at(-1)).toBe(`${method} ${path}`);
    expect((await rejected(ctx, connectionId)).map((event) => event.reason)).toEqual([
      expect.stringContaining(sentence),
    ]);
    expect((await listEvents(ctx, { connectionId, outcome: "stored" })).items).toEqual([]);
    const [connection] = await listConnectionStatus(ctx);
    expect(connection?.reasons.map(({ code: found }) => found)).toContain(reason);
    expect(connection?.reasons.map(({ code: found }) => found)).not.toContain("rejected");
  });

  test("only a genuine webhook is told of", async () => {
    const { ctx, connectionId, params } = await connectFresh();
    for (const [method, path] of [
      ["POST", "/webhooks/twilio"],
      ["GET", "/webhooks/twilio"],
    ] as const)
      expect((await call(method, path, params(), "f".repeat(32))).status).toBe(404);
    expect((await call("PUT", PATH, params(), "f".repeat(32))).status).toBe(405);
    expect((await fetch(base + PATH)).status, "the health check").toBe(200);
    expect(await rejected(ctx, connectionId)).toEqual([]);
  });

  test("the URL at Twilio in another spelling is ours, and the admin is told to correct it", async () => {
    const { ctx, account, sender, connectionId } = await connectFresh();
    const checkWith = async (url: string) => {
      desk.simulator.setWebhook({ accountSid: account.sid, sender, url });
      const checked = await checkConnection(ctx, { connectionId });
      return [checked.webhook.state, checked.reasons.some(({ code }) => code === "webhook_spelling")];
    };
    expect(await checkWith(`${TEST_PUBLIC_URL}${PATH}`)).toEqual(["ours", false]);
    expect(await checkWith(`${TEST_PUBLIC_URL}${PATH}#rc=5`)).toEqual(["ours", false]);
    expect(await checkWith(`${TEST_PUBLIC_URL}${PATH}?desk=1`)).toEqual(["ours", false]);
    expect(await checkWith(`${TEST_PUBLIC_URL}${PATH}/`)).toEqual(["ours", true]);
    expect(await checkWith(`${TEST_PUBLIC_URL}/${PATH}#rc=5`)).toEqual(["ours", true]);
    expect(await checkWith(`${TEST_PUBLIC_URL}${PATH}/old`)).toEqual(["elsewhere", false]);
    expect(await checkWith(`${TEST_PUBLIC_URL}.example${PATH}`)).toEqual(["elsewhere", false]);
  });
});
