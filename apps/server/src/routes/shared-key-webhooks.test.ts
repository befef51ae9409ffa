import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "@waystation/core/context";
import { readKeyring, seal, sharedKeyField } from "@waystation/core/credentials";
import { TEST_PUBLIC_URL } from "@waystation/core/testing/test-core";
import { sharedKeys } from "@waystation/db/schema/shared-keys";
import { testDatabases } from "@waystation/db/testing/databases";
import { connectTwilioSender } from "@waystation/whatsapp/connections/connect";
import { connectInput } from "@waystation/whatsapp/connections/inputs";
import { listConnectionStatus } from "@waystation/whatsapp/connections/list-connections";
import { addSharedKey } from "@waystation/whatsapp/connections/shared-keys/add-shared-key";
import { removeSharedKey } from "@waystation/whatsapp/connections/shared-keys/remove-shared-key";
import { listEvents } from "@waystation/whatsapp/events/list-events";
import { createTestInstallation, type TestInstallation } from "@waystation/whatsapp/testing";
import { evictAccount } from "@waystation/whatsapp/webhooks/connection-cache";
import { createWebhookIngest } from "@waystation/whatsapp/webhooks/ingest";
import { createRejectionLog } from "@waystation/whatsapp/webhooks/rejections";
import { eq } from "drizzle-orm";
import express from "express";
import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createWebhookRoute } from "./webhook-route.ts";

const PATH = "/api/webhooks/twilio-whatsapp";
type Algorithm = "HMAC_SHA1" | "HMAC_SHA256";
interface Signer {
  secret: string;
  algorithm?: Algorithm;
  /** What the header says; null leaves it out. */
  settings?: string | string[] | null;
  signature?: string | string[];
  path?: string;
}
let counter = 0;
const nextId = () => (++counter).toString(16).padStart(32, "0");

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  let stopped: () => Promise<void>;
  let port: number;
  let rejections: ReturnType<typeof createRejectionLog>;
  let ctx: Context;
  let account: { sid: string; token: string };
  let sender: string;
  let connectionId: string;
  let keyId: string;
  let secret: string;

  beforeAll(async () => {
    desk = await createTestInstallation(kind);
    const reports: unknown[] = [];
    const report = (error: unknown) => void reports.push(error);
    const { feed } = desk.platform;
    const ingest = createWebhookIngest(desk.store, feed, {
      onBatch: () => {},
      onRetry: () => {},
      onUnprojected: report,
    });
    rejections = createRejectionLog(desk.store, feed, report);
    const server = express()
      .use(
        createWebhookRoute({
          platform: desk.platform,
          ingest,
          rejections,
          isHealthy: () => Promise.resolve(true),
          warnOfMisdirected: () => {},
          count: () => {},
          report,
        }),
      )
      .listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    port = (server.address() as AddressInfo).port;
    stopped = async () => {
      server.close();
      server.closeAllConnections();
      await rejections.flush();
      await desk[Symbol.asyncDispose]();
      expect(reports).toEqual([]);
    };
  });
  afterAll(() => stopped());

  async function connectSender(person: Context, sid: string, token: string, address: string) {
    const input = connectInput.parse({ mode: "test", accountSid: sid, authToken: token, sender: address });
    return (await connectTwilioSender(person, input)).id;
  }
  beforeEach(async () => {
    sender = `whatsapp:+1415557${String(++counter).padStart(4, "0")}`;
    account = desk.simulator.createAccount({ senders: [sender] });
    ctx = await desk.person();
    connectionId = await connectSender(ctx, account.sid, account.token, sender);
    keyId = `webhooks_sharedkey_${nextId().slice(-26)}`;
    secret = randomBytes(32).toString("base64url");
  });

  /** A webhook as Twilio signs it with a shared key: by the official SDK, so that our own arithmetic cannot vouch for itself. */
  async function send(signer: Signer, more: Record<string, string> = {}): Promise<number> {
    const sid = `SM${nextId()}`;
    const params = {
      MessageSid: sid,
      SmsStatus: "received",
      Body: "Hello",
      From: "whatsapp:+4915112345678",
      To: sender,
      AccountSid: account.sid,
      ...more,
    };
    const { algorithm = "HMAC_SHA256", path = PATH } = signer;
    const {
      settings = `key=${keyId},algorithm=${algorithm}`,
      signature = twilio.getExpectedTwilioSignature(signer.secret, TEST_PUBLIC_URL + path, params, algorithm),
    } = signer;
    const body = new URLSearchParams(params).toString();
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { port, host: "127.0.0.1", path, method: "POST" },
        (response) => void response.resume().once("end", () => resolve(response.statusCode ?? 0)),
      );
      outgoing.on("error", reject);
      outgoing.setHeader("content-type", "application/x-www-form-urlencoded");
      outgoing.setHeader("x-twilio-signature", signature);
      if (settings !== null) outgoing.setHeader("x-twilio-webhooks-signature-settings", settings);
      outgoing.end(body);
    });
  }
  const add = (algorithm: Algorithm = "HMAC_SHA256", to = connectionId, person = ctx) =>
    addSharedKey(person, { connectionId: to, keyId, secret, algorithm });
  const byToken = (): Signer => ({ secret: account.token, algorithm: "HMAC_SHA1", settings: null });
  const storedCount = async (person = ctx) => (await listEvents(person, {})).items.length;
  async function rejected() {
    await rejections.flush();
    const [event] = (await listEvents(ctx, { connectionId, outcome: "rejected" })).items;
    return event && `${event.rejectionReason}: ${event.reason}`;
  }

  test.each<Algorithm>(["HMAC_SHA1", "HMAC_SHA256"])(
    "a key with %s is accepted once it is added",
    async (algorithm) => {
      expect(await send({ secret, algorithm })).toBe(401);
      expect(await rejected()).toMatch(
        new RegExp(`^signature_key_unknown: .*shared key ${keyId}, which is not stored here`),
      );
      await add(algorithm);
      expect(await send({ secret, algorithm })).toBe(200);
      expect(
        await send({ secret, algorithm, path: `${PATH}/status/018f4d2e-7b7a-7cc0-8000-000000000000` }),
      ).toBe(200);
      expect(await storedCount()).toBe(2);
      await removeSharedKey(ctx, { connectionId, keyId });
      expect(await send({ secret, algorithm })).toBe(401);
      expect(await storedCount()).toBe(2);
    },
  );

  test("the header never chooses the hash: the stored algorithm does", async () => {
    await add("HMAC_SHA256");
    for (const named of ["HMAC_SHA1", "md5", ""]) {
      const settings = `key=${keyId},algorithm=${named}`;
      expect(await send({ secret, settings }), `${named}, signed with SHA-256`).toBe(200);
      expect(await send({ secret, algorithm: "HMAC_SHA1", settings }), `${named}, with SHA-1`).toBe(401);
    }
    expect(await send({ secret, settings: `key=${keyId}` })).toBe(200);
    await removeSharedKey(ctx, { connectionId, keyId });
    await add("HMAC_SHA1");
    expect(await send({ secret, algorithm: "HMAC_SHA256" })).toBe(401);
    expect(await rejected()).toMatch(`add it with HMAC_SHA256`);
  });

  test("a header that names a known key makes the token worth nothing; without the header the token is all that counts", async () => {
    await add();
    const settings = `key=${keyId},algorithm=HMAC_SHA1`;
    expect(await send({ ...byToken(), settings })).toBe(401);
    expect(await rejected()).toMatch(/^signature_wrong: .*the signature does not match/);
    expect(await send({ ...byToken(), settings: "key=unknown,algorithm=HMAC_SHA1" })).toBe(401);
    expect(await send(byToken())).toBe(200);
    expect(await send({ ...byToken(), settings: "" })).toBe(200);
    for (const algorithm of ["HMAC_SHA1", "HMAC_SHA256"] as const)
      expect(await send({ secret, algorithm, settings: null }), `${algorithm}, header stripped`).toBe(401);
    expect(await send({ secret: account.token, algorithm: "HMAC_SHA256", settings: null })).toBe(401);
    expect(await storedCount()).toBe(2);
  });

  test("the header is read in every spelling, and one that names no key is rejected", async () => {
    await add();
    for (const settings of [
      `algorithm=HMAC_SHA256, key=${keyId}`,
      ` KEY = "${keyId}" ; Algorithm=hmac_sha256`,
      [`key=${keyId},algorithm=HMAC_SHA256`, `key=${keyId},algorithm=HMAC_SHA256`],
    ])
      expect(await send({ secret, settings }), String(settings)).toBe(200);
    for (const settings of [
      "garbage",
      "algorithm=HMAC_SHA256",
      "key=",
      `key=${keyId}x`,
      `key=${keyId.toUpperCase()}`,
      `key=${keyId},key=another`,
      `key=${"x".repeat(8_000)}`,
      `key=${keyId}${",x=y".repeat(1_000)}`,
    ])
      expect(await send({ secret, settings }), settings.slice(0, 40)).toBe(401);
  });

  test("an empty, doubled or cut signature is rejected", async () => {
    await add();
    const signature = Buffer.alloc(32).toString("base64");
    for (const given of ["", [signature, signature], signature.slice(4), `${signature}=`, "%"])
      expect(await send({ secret, signature: given }), String(given)).toBe(401);
    expect(await storedCount()).toBe(0);
  });

  test("a key counts for the connection that it was added to, and for no other organisation's", async () => {
    const [second, third] = ["1", "2"].map((end) => `${sender.slice(0, -1)}${end}`.replace("7", "8"));
    const shared = desk.simulator.createAccount({ senders: [sender, second ?? "", third ?? ""] });
    account = shared;
    const theirs = await desk.person();
    const ours = await connectSender(ctx, shared.sid, shared.token, second ?? "");
    const foreign = await connectSender(theirs, shared.sid, shared.token, third ?? "");
    await add("HMAC_SHA256", foreign, theirs);
    // A secret that the other organisation knows opens nothing of this one's.
    expect(await send({ secret }, { To: second ?? "" })).toBe(401);
    expect(await send({ secret }, { To: third ?? "" })).toBe(200);
    // Of an account's webhook that names none of the senders, the key says whose it is.
    expect(await send({ secret }, { To: "whatsapp:+19998887777" })).toBe(200);
    expect([await storedCount(ctx), await storedCount(theirs)]).toEqual([0, 2]);
    await add("HMAC_SHA256", ours);
    expect(await send({ secret }, { To: second ?? "" })).toBe(200);
    expect(await storedCount(ctx)).toBe(1);
  });

  test("a key that cannot be opened makes Twilio retry; the token goes on working", async () => {
    await add();
    const place = { organizationId: ctx.organizationId, connectionId, field: sharedKeyField(keyId) };
    const lost = readKeyring(randomBytes(32).toString("base64"));
    for (const secretSealed of [seal(lost, place, secret), null]) {
      await desk.store.db.update(sharedKeys).set({ secretSealed }).where(eq(sharedKeys.keyId, keyId));
      evictAccount(ctx.installation.db, account.sid);
      expect(await send({ secret })).toBe(503);
      expect(await send({ secret, settings: "key=unknown" })).toBe(401);
      expect(await send(byToken())).toBe(200);
    }
    const [view] = await listConnectionStatus(ctx);
    expect(view).toMatchObject({ verdict: "broken", sharedKeys: [{ keyId, isReadable: false }] });
    expect(view?.verdictSentence).toMatch(`The shared key ${keyId} cannot be opened`);
  });

  test("a key works where the token cannot be opened", async () => {
    await add();
    await desk.store.query(
      "update twilio_whatsapp_connections set auth_token_sealed = 's1.x.y.z.a' where id = $1::uuid",
      [connectionId],
    );
    evictAccount(ctx.installation.db, account.sid);
    expect(await send({ secret })).toBe(200);
    expect(await send(byToken())).toBe(503);
  });

  const verdict = async () => (await listConnectionStatus(ctx))[0];
  test("the verdict names the key that is missing, and works with the first webhook that it signed", async () => {
    expect(await send({ secret })).toBe(401);
    await rejections.flush();
    expect(await verdict()).toMatchObject({
      verdict: "attention",
      verdictSentence: expect.stringMatching(
        `shared key that is not stored here \\(${keyId}\\).*1 in the last`,
      ),
      reasons: [
        { code: "signature_key_unknown", action: { kind: "add_shared_key" } },
        { code: "webhook_unset" },
      ],
    });
    await add();
    expect((await verdict())?.reasons).toMatchObject([
      { code: "webhook_unset" },
      { code: "rejected", sentence: expect.stringMatching(/The shared key that they name is stored now/) },
    ]);
    expect(await send({ secret: `${secret}x` })).toBe(401);
    expect(await rejected()).toMatch(`does not match the shared key ${keyId}. The secret that is stored`);
    expect(await send({ secret })).toBe(200);
    expect(await verdict()).toMatchObject({ verdict: "working", reasons: [] });
  });

  test("the verdict names the missing key of a rule that splits its traffic, besides what is signed as before", async () => {
    for (const [signer, answer] of [
      [byToken(), 200],
      [{ secret }, 401],
      [byToken(), 200],
    ] as const)
      expect(await send(signer)).toBe(answer);
    await rejections.flush();
    expect((await verdict())?.reasons.map(({ code }) => code)).toEqual(["signature_key_unknown"]);
    await add();
    expect(await send({ secret })).toBe(200);
    expect(await verdict()).toMatchObject({ verdict: "working", reasons: [] });
  });

  test("another server accepts a new key, and rejects a removed one, within its cache's time", async () => {
    // The cache of another server has not heard: only its own time makes it ask again.
    const elsewhere = {
      ...ctx,
      installation: { ...ctx.installation, db: Object.create(ctx.installation.db) },
    };
    expect(await send({ secret })).toBe(401);
    await add("HMAC_SHA256", connectionId, elsewhere);
    await expect.poll(() => send({ secret }), { timeout: 10_000 }).toBe(200);
    await removeSharedKey(elsewhere, { connectionId, keyId });
    await expect.poll(() => send({ secret }), { timeout: 10_000 }).toBe(401);
  });
});
