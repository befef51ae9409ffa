import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SENTINEL_ACCOUNTS, SENTINEL_API_KEYS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "../../sentinels.ts";
import type { Simulator } from "../../simulator.ts";
import {
  createTwilioTestClient,
  respondStatus,
  startSimulator,
  startWebhookReceiver,
} from "../../testing.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

const webhooks = () => createTwilioTestClient(simulator).webhooks.v1;
const noAuth = { source: "INLINE", value: { scheme: "NONE" } };
type Algorithm = "HMAC_SHA1" | "HMAC_SHA256";
/** The SDK's types require all members of all variants of a body. */
const body = <Body>(content: object) => content as Body;

async function createSetting(more: object = {}): Promise<string> {
  const setting = await webhooks().settings.create(body({ friendlyName: "Desk", auth: noAuth, ...more }));
  return setting.id;
}
async function createKey(algorithm: Algorithm = "HMAC_SHA256", more: object = {}) {
  const { id: keyId = "", secret = "" } = await webhooks().sharedKeys.create({ friendlyName: "Desk" });
  const settingId = await createSetting({
    signature: { type: "SHARED_KEY", sharedKeyId: keyId, algorithm },
    ...more,
  });
  return { keyId, secret, settingId };
}
const createRule = (match: object, ...settings: [string, number][]) =>
  webhooks().rules.create(
    body({ ...match, settings: settings.map(([settingId, percentage]) => ({ settingId, percentage })) }),
  );

async function receive(url: string) {
  await simulator.settle();
  simulator.setWebhook({ accountSid: SENTINEL_ACCOUNTS.healthy, sender: SENTINEL_SENDERS.online, url });
  const { delivery } = await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: "+15005550001",
    body: "Grüße & +1",
    wait: true,
  });
  if (!delivery) throw new Error("nobody was called");
  return delivery;
}

describe("the official client", () => {
  test("creates, reads, renames and removes keys; the secret is shown once", async () => {
    const key = await webhooks().sharedKeys.create({ friendlyName: "Desk" });
    expect(key.id).toMatch(/^webhooks_sharedkey_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(key.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(key.createdAt).toBeInstanceOf(Date);
    const id = key.id ?? "";
    expect(await webhooks().sharedKeys(id).fetch()).toMatchObject({
      id,
      friendlyName: "Desk",
      secret: undefined,
    });
    expect((await webhooks().sharedKeys(id).patch({ friendlyName: "Other" })).friendlyName).toBe("Other");
    const second = await webhooks().sharedKeys.create({});
    expect((await webhooks().sharedKeys.list({ pageSize: 1 })).map((each) => each.id)).toEqual([
      id,
      second.id,
    ]);
    expect(await webhooks().sharedKeys(id).remove()).toBe(true);
    await expect(webhooks().sharedKeys(id).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  test("settings keep what they were made of, and are removed when no rule names them", async () => {
    const connection = {
      connectTimeoutMs: 1_000,
      readTimeoutMs: 2_000,
      totalTimeoutMs: 30_000,
      retryPolicy: { retryCount: 3, retryOn: ["HTTP_5XX"] },
    };
    const { keyId, settingId } = await createKey("HMAC_SHA1", { connection });
    expect(await webhooks().settings(settingId).fetch()).toMatchObject({
      type: "CUSTOMER",
      friendlyName: "Desk",
      auth: { source: "INLINE" },
      signature: { type: "SHARED_KEY", sharedKeyId: keyId, algorithm: "HMAC_SHA1" },
      connection,
    });
    expect((await webhooks().settings(settingId).patch({ friendlyName: "New" })).friendlyName).toBe("New");
    await expect(webhooks().settings(settingId).patch(body({ connection }))).rejects.toMatchObject({
      status: 400,
    });
    await expect(webhooks().sharedKeys(keyId).remove()).rejects.toMatchObject({ status: 409 });
    const { rule } = await createRule({ matchType: "DEFAULT" }, [settingId, 100]);
    await expect(webhooks().settings(settingId).remove()).rejects.toMatchObject({ status: 409 });
    await webhooks()
      .rules(rule?.id ?? "")
      .remove();
    await simulator.settle();
    expect(await webhooks().settings(settingId).remove()).toBe(true);
    expect(await webhooks().sharedKeys(keyId).remove()).toBe(true);
  });

  test("a change of a rule is an operation that can be followed", async () => {
    const { settingId } = await createKey();
    const { rule, operation } = await createRule(
      { matchType: "PREFIX_MATCH", prefix: "https://desk.example.org/", friendlyName: "Desk" },
      [settingId, 100],
    );
    expect(operation).toMatchObject({ status: "PENDING", resourceId: rule?.id, retentionPeriod: "P7D" });
    expect(operation?.statusUrl).toBe(`${simulator.url}/v1/Webhooks/Operations/${operation?.id}`);
    await simulator.settle();
    expect(
      await webhooks()
        .operations(operation?.id ?? "")
        .fetch(),
    ).toMatchObject({ status: "COMPLETED" });
    expect(await webhooks().rules.list({ settingId })).toMatchObject([
      { id: rule?.id, matchType: "PREFIX_MATCH", prefix: "https://desk.example.org/" },
    ]);
    const other = await createSetting();
    const changed = await webhooks()
      .rules(rule?.id ?? "")
      .patch(body({ settings: [{ settingId: other, percentage: 100 }] }));
    expect(changed.rule).toMatchObject({ matchType: "PREFIX_MATCH", settings: [{ settingId: other }] });
    expect(
      (
        await webhooks()
          .rules(rule?.id ?? "")
          .remove()
      ).operation,
    ).toMatchObject({ resourceId: rule?.id });
    expect(await webhooks().operations.list({ resourceId: rule?.id })).toHaveLength(3);
    expect(await webhooks().rules.list()).toEqual([]);
  });

  test("an API key suffices, and other accounts' resources are not found", async () => {
    const { keyId } = await createKey();
    const { sid, secret } = SENTINEL_API_KEYS.standard;
    expect(await createTwilioTestClient(simulator, sid, secret).webhooks.v1.sharedKeys.list()).toHaveLength(
      1,
    );
    const restricted = createTwilioTestClient(
      simulator,
      SENTINEL_API_KEYS.restricted.sid,
      SENTINEL_API_KEYS.restricted.secret,
    );
    await expect(restricted.webhooks.v1.sharedKeys.list()).rejects.toMatchObject({
      status: 401,
      code: 70051,
    });
    const other = simulator.createAccount();
    const stranger = createTwilioTestClient(simulator, other.sid, other.token).webhooks.v1;
    await expect(stranger.sharedKeys(keyId).fetch()).rejects.toMatchObject({ status: 404 });
  });

  test("refuses what Twilio refuses", async () => {
    const { keyId, settingId } = await createKey();
    const refused = (promise: Promise<unknown>) => expect(promise).rejects.toMatchObject({ status: 400 });
    const all: [string, number] = [settingId, 100];
    await refused(createRule({ matchType: "EXACT_MATCH", value: "https://desk.example.org/" }, all));
    await refused(createRule({ matchType: "PREFIX_MATCH", prefix: "https://desk.example.org" }, all));
    await refused(createRule({ matchType: "PREFIX_MATCH", prefix: "desk/" }, all));
    await refused(createRule({ matchType: "ALL" }, all));
    await refused(createRule({ matchType: "DEFAULT" }, [settingId, 90]));
    await refused(createRule({ matchType: "DEFAULT" }, ["webhooks_setting_none", 100]));
    await refused(createRule({ matchType: "DEFAULT" }));
    await createRule({ matchType: "DEFAULT" }, all);
    await refused(createRule({ matchType: "DEFAULT" }, all));
    const signature = { type: "SHARED_KEY", sharedKeyId: keyId };
    await refused(createSetting({ signature }));
    await refused(createSetting({ signature: { ...signature, algorithm: "HMAC_MD5" } }));
    await refused(
      createSetting({ signature: { ...signature, sharedKeyId: "none", algorithm: "HMAC_SHA1" } }),
    );
    await refused(createSetting({ auth: undefined }));
    await refused(createSetting({ connection: { connectTimeoutMs: 50, readTimeoutMs: 100 } }));
    for (let count = 1; count < 50; count++) await webhooks().sharedKeys.create({});
    await refused(webhooks().sharedKeys.create({}));
  });

  test("an Idempotency-Key is a UUIDv7, and a repeated one answers the same", async () => {
    const create = (key: string) =>
      webhooks().sharedKeys.create({ friendlyName: "Once" }, { "Idempotency-Key": key });
    const key = "018f4d2e-7b7a-7cc0-8000-000000000001";
    const first = await create(key);
    expect(await create(key)).toMatchObject({ id: first.id, secret: first.secret });
    expect(await webhooks().sharedKeys.list()).toHaveLength(1);
    await expect(create("8f14e45f-ceea-467f-9f5b-000000000001")).rejects.toMatchObject({ status: 400 });
    await expect(
      webhooks().sharedKeys.create({ friendlyName: "Twice" }, { "Idempotency-Key": key }),
    ).rejects.toMatchObject({ status: 409 });
  });
});

describe("webhooks", () => {
  test.each<Algorithm>(["HMAC_SHA1", "HMAC_SHA256"])(
    "are signed with the key of their rule, %s",
    async (algorithm) => {
      await using receiver = await startWebhookReceiver();
      const { keyId, secret, settingId } = await createKey(algorithm);
      await createRule({ matchType: "PREFIX_MATCH", prefix: `${receiver.url}/` }, [settingId, 100]);
      const delivery = await receive(`${receiver.url}/in?a=1#rc=2`);
      const [request] = receiver.requests;
      const settings = String(request?.headers["x-twilio-webhooks-signature-settings"]);
      expect(settings).toBe(`key=${keyId},algorithm=${algorithm}`);
      expect(twilio.getSignatureAlgorithm(settings)).toBe(algorithm);
      const signature = String(request?.headers["x-twilio-signature"]);
      const isValid = (key: string, by: string) =>
        twilio.validateRequest(key, signature, `${receiver.url}/in?a=1`, request?.params ?? {}, by);
      expect(isValid(secret, algorithm)).toBe(true);
      expect(isValid(SENTINEL_TOKENS.primary, "HMAC_SHA1")).toBe(false);
      expect(isValid(secret, algorithm === "HMAC_SHA1" ? "HMAC_SHA256" : "HMAC_SHA1")).toBe(false);
      expect(delivery).toMatchObject({ signature, sharedKey: { id: keyId, algorithm } });
    },
  );

  test("get the exact rule before the longest prefix, and that before the default", async () => {
    await using receiver = await startWebhookReceiver();
    const keys = [await createKey(), await createKey(), await createKey(), await createKey()];
    const [exact, long, short, other] = keys.map(({ settingId }): [string, number] => [settingId, 100]);
    if (!exact || !long || !short || !other) throw new Error("no keys");
    await createRule({ matchType: "DEFAULT" }, other);
    await createRule({ matchType: "PREFIX_MATCH", prefix: `${receiver.url}/a/` }, short);
    await createRule({ matchType: "PREFIX_MATCH", prefix: `${receiver.url}/a/b/` }, long);
    await createRule({ matchType: "EXACT_MATCH", value: `${receiver.url}/a/b/c` }, exact);
    const signer = async (path: string) => (await receive(receiver.url + path)).sharedKey?.id;
    expect([
      await signer("/a/b/c"),
      await signer("/a/b/d"),
      await signer("/a/x"),
      await signer("/x"),
    ]).toEqual(keys.map(({ keyId }) => keyId));
  });

  test("are signed with the token before a rule holds, where none matches, and where its setting names no key", async () => {
    await using receiver = await startWebhookReceiver();
    await using slow = await startSimulator({ pace: { ruleUpdate: 3_600_000 } });
    slow.signWithSharedKey({ accountSid: SENTINEL_ACCOUNTS.healthy });
    slow.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      url: receiver.url,
    });
    const send = { to: SENTINEL_SENDERS.online, from: "+15005550001", body: "Hi", wait: true };
    expect((await slow.sendIncoming(send)).delivery?.sharedKey).toBeNull();
    slow.setClock({ advance: 3_600_000 });
    expect((await slow.sendIncoming(send)).delivery?.sharedKey).not.toBeNull();

    await createRule({ matchType: "PREFIX_MATCH", prefix: `${receiver.url}/other/` }, [
      (await createKey()).settingId,
      100,
    ]);
    await createRule({ matchType: "PREFIX_MATCH", prefix: `${receiver.url}/none/` }, [
      await createSetting({ signature: { type: "NONE" } }),
      100,
    ]);
    await createRule({ matchType: "PREFIX_MATCH", prefix: `${receiver.url}/token/` }, [
      await createSetting(),
      100,
    ]);
    const headersOf = async (path: string) => (await receive(receiver.url + path)).headers;
    expect((await headersOf("/in"))["X-Twilio-Webhooks-Signature-Settings"]).toBeUndefined();
    expect((await headersOf("/in"))["X-Twilio-Signature"]).toBeTruthy();
    expect((await headersOf("/token/in"))["X-Twilio-Signature"]).toBeTruthy();
    expect(await headersOf("/none/in")).not.toHaveProperty("X-Twilio-Signature");
  });

  test("are split between two settings", async () => {
    await using receiver = await startWebhookReceiver();
    const [one, two] = [await createKey(), await createKey()];
    await createRule({ matchType: "DEFAULT" }, [one.settingId, 50], [two.settingId, 50]);
    const counts = new Map<string | undefined, number>();
    for (let count = 0; count < 60; count++) {
      const { sharedKey } = await receive(receiver.url);
      counts.set(sharedKey?.id, (counts.get(sharedKey?.id) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([one.keyId, two.keyId].sort());
  });

  test("get the rule's retries instead of the URL's, and none where it says nothing", async () => {
    await using receiver = await startWebhookReceiver(respondStatus(500));
    const url = `${receiver.url}/in#rc=3&rp=5xx`;
    expect((await receive(url)).attempts).toHaveLength(4);
    const plain = await createSetting();
    const { rule } = await createRule({ matchType: "DEFAULT" }, [plain, 100]);
    expect((await receive(url)).attempts).toHaveLength(1);
    const retrying = await createSetting({
      auth: { source: "INLINE", value: { scheme: "BASIC", username: "desk", password: "pass" } },
      connection: {
        connectTimeoutMs: 1_000,
        readTimeoutMs: 1_000,
        retryPolicy: { retryCount: 2, retryOn: ["HTTP_5XX"] },
      },
    });
    await webhooks()
      .rules(rule?.id ?? "")
      .patch(body({ settings: [{ settingId: retrying, percentage: 100 }] }));
    expect((await receive(receiver.url)).attempts).toHaveLength(3);
    expect(receiver.requests.at(-1)?.headers.authorization).toBe(`Basic ${btoa("desk:pass")}`);
  });
});

test("over the control API one call makes key, setting and rule, and another takes the rules away", async () => {
  await using receiver = await startWebhookReceiver();
  const call = async (method: string, path: string, content: object) => {
    const response = await fetch(`${simulator.url}/simulator${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(content),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  };
  const accountSid = SENTINEL_ACCOUNTS.healthy;
  const made = await call("POST", "/shared-keys", { accountSid, algorithm: "HMAC_SHA1" });
  expect(made).toMatchObject({ status: 201, body: { algorithm: "HMAC_SHA1" } });
  const { keyId, secret } = made.body;
  expect((await receive(receiver.url)).sharedKey).toEqual({ id: keyId, algorithm: "HMAC_SHA1" });
  const shown = () => simulator.listAccounts().find(({ sid }) => sid === accountSid)?.sharedKeys;
  expect(shown()).toEqual([{ id: keyId, secret, algorithm: "HMAC_SHA1", inUse: true }]);
  expect((await call("DELETE", "/webhook-rules", { accountSid })).status).toBe(200);
  expect((await receive(receiver.url)).sharedKey).toBeNull();
  expect(shown()).toMatchObject([{ inUse: false }]);
  for (const wrong of [
    { accountSid: "none" },
    { accountSid, algorithm: "MD5" },
    { accountSid, prefix: "https://desk.example.org" },
  ])
    expect((await call("POST", "/shared-keys", wrong)).status).toBe(400);
});
