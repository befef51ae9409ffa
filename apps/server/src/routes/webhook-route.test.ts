import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context } from "@waystation/core/context";
import { seal } from "@waystation/core/credentials";
import { TEST_PUBLIC_URL } from "@waystation/core/testing/test-core";
import { connectionHours, connections, webhookEvents, webhookRejections } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { connectTwilioSender } from "@waystation/whatsapp/connections/connect";
import { disconnectSender } from "@waystation/whatsapp/connections/disconnect";
import { connectInput } from "@waystation/whatsapp/connections/inputs";
import { listConnectionStatus } from "@waystation/whatsapp/connections/list-connections";
import { listEvents } from "@waystation/whatsapp/events/list-events";
import { createTestInstallation, type TestInstallation } from "@waystation/whatsapp/testing";
import { evictAccount } from "@waystation/whatsapp/webhooks/connection-cache";
import { formParametersOf } from "@waystation/whatsapp/webhooks/form-body";
import { createWebhookIngest } from "@waystation/whatsapp/webhooks/ingest";
import { createRejectionLog } from "@waystation/whatsapp/webhooks/rejections";
import { eq } from "drizzle-orm";
import express from "express";
import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createWebhookRoute } from "./webhook-route.ts";

const PATH = "/api/webhooks/twilio-whatsapp";
const TWIML = `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`;
const CUSTOMER = "whatsapp:+4915112345678";
let counter = 0;
const nextSid = (prefix = "SM") => prefix + (++counter).toString(16).padStart(32, "0");

interface Sent {
  path?: string;
  headers?: Record<string, string>;
  signature?: string | null;
  token?: string;
  raw?: string | Buffer;
  method?: string;
}

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  let port: number;
  let server: ReturnType<express.Express["listen"]>;
  let rejections: ReturnType<typeof createRejectionLog>;
  const reports: unknown[] = [];
  let ctx: Context;
  let account: { sid: string; token: string };
  let sender: string;
  let connectionId: string;

  beforeAll(async () => {
    desk = await createTestInstallation(kind);
    const ingest = createWebhookIngest(desk.store, desk.platform.feed, {
      onBatch: () => {},
      onRetry: () => {},
      onUnprojected: (error) => reports.push(error),
    });
    rejections = createRejectionLog(desk.store, desk.platform.feed, (error) => reports.push(error));
    const app = express().use(
      createWebhookRoute({
        platform: desk.platform,
        ingest,
        rejections,
        isHealthy: () =>
          desk.store.query("select 1", []).then(
            () => true,
            () => false,
          ),
        warnOfMisdirected: () => {},
        count: () => {},
        report: (error) => reports.push(error),
      }),
    );
    server = app.listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.close();
    server.closeAllConnections();
    await rejections.flush();
    await desk[Symbol.asyncDispose]();
    expect(reports).toEqual([]);
  });

  async function connectFresh(person?: Context) {
    const number = `+1415556${String(++counter).padStart(4, "0")}`;
    sender = `whatsapp:${number}`;
    account = desk.simulator.createAccount({ senders: [sender] });
    ctx = person ?? (await desk.person());
    const input = connectInput.parse({
      mode: "test",
      accountSid: account.sid,
      authToken: account.token,
      sender,
    });
    connectionId = (await connectTwilioSender(ctx, input)).id;
  }
  beforeEach(() => connectFresh());

  function send(params: Record<string, string> | [string, string][], sent: Sent = {}) {
    const path = sent.path ?? PATH;
    const pairs = Array.isArray(params) ? params : Object.entries(params);
    const body = sent.raw ?? new URLSearchParams(pairs).toString();
    const grouped = formParametersOf([...new URLSearchParams(body.toString())]);
    // The official SDK signs, so that our own arithmetic cannot vouch for itself.
    const signature =
      sent.signature === undefined
        ? twilio.getExpectedTwilioSignature(sent.token ?? account.token, TEST_PUBLIC_URL + path, grouped)
        : sent.signature;
    return raw({
      path,
      method: sent.method ?? "POST",
      body: Buffer.from(body),
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        ...(signature === null ? {} : { "x-twilio-signature": signature }),
        ...sent.headers,
      },
    });
  }

  function raw(options: { path: string; method: string; body?: Buffer; headers?: Record<string, string> }) {
    return new Promise<{ status: number; body: string; headers: Record<string, unknown> }>(
      (resolve, reject) => {
        const outgoing = request(
          {
            port,
            host: "127.0.0.1",
            path: options.path,
            method: options.method,
            headers: { "content-length": String(options.body?.length ?? 0), ...options.headers },
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk) => chunks.push(chunk));
            response.on("end", () =>
              resolve({
                status: response.statusCode ?? 0,
                body: Buffer.concat(chunks).toString(),
                headers: response.headers,
              }),
            );
          },
        );
        outgoing.on("error", reject);
        outgoing.end(options.body);
      },
    );
  }

  const incoming = (more: Record<string, string> = {}) => {
    const sid = nextSid();
    return {
      SmsMessageSid: sid,
      NumMedia: "0",
      SmsSid: sid,
      SmsStatus: "received",
      Body: "Hello",
      To: sender,
      MessageSid: sid,
      AccountSid: account.sid,
      From: CUSTOMER,
      ApiVersion: "2010-04-01",
      ...more,
    };
  };
  const callback = (word: string, more: Record<string, string> = {}) => {
    const sid = nextSid();
    return {
      MessageSid: sid,
      SmsSid: sid,
      MessageStatus: word,
      SmsStatus: word,
      AccountSid: account.sid,
      From: sender,
      To: CUSTOMER,
      ApiVersion: "2010-04-01",
      ...more,
    };
  };
  const stored = async () => (await listEvents(ctx, { connectionId, limit: 100 })).items;

  describe("what is stored", () => {
    test("an incoming message: 200, empty TwiML, one event with all parameters", async () => {
      const params = incoming({ Body: "Grüße & <b>🎉</b>", NewParameter: "kept" });
      const answer = await send(params);
      expect(answer).toMatchObject({ status: 200, body: TWIML, headers: { "content-type": "text/xml" } });
      const [event] = await stored();
      expect(event).toMatchObject({
        kind: "message",
        outcome: "stored",
        messageSid: params.MessageSid,
        from: CUSTOMER,
        to: sender,
        body: params.Body,
      });
      expect(event?.params).toEqual(params);
    });

    test("every repeat is answered 200 and stored once, together and apart", async () => {
      const params = incoming();
      const answers = await Promise.all(Array.from({ length: 30 }, () => send(params)));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
      expect((await send(params)).status).toBe(200);
      expect(await stored()).toHaveLength(1);
    });

    test("each status of a message once, in any order", async () => {
      const first = callback("read");
      for (const word of ["read", "sent", "delivered", "sent", "teleported", "beamed", "teleported"])
        expect((await send({ ...first, MessageStatus: word, SmsStatus: word })).status).toBe(200);
      expect((await stored()).map((event) => event.status).sort()).toEqual([
        "beamed",
        "delivered",
        "read",
        "sent",
        "teleported",
      ]);
    });

    test("captionless media, a callback with a Body, and messages without SmsStatus are told apart", async () => {
      const { Body: _, ...photograph } = incoming({
        NumMedia: "1",
        MediaUrl0: "https://api.twilio.com/x",
        MediaContentType0: "image/jpeg",
      });
      const { SmsStatus: __, ...bare } = incoming();
      await send(photograph);
      await send(callback("sent", { Body: "echoed" }));
      await send(bare);
      expect((await stored()).map((event) => event.kind)).toEqual(["message", "status", "message"]);
    });

    test("the status route stores status callbacks, and its path is signed", async () => {
      const path = `${PATH}/status/0198f9a2-0000-7000-8000-000000000000`;
      expect((await send(callback("delivered"), { path })).status).toBe(200);
      const misdirected = callback("sent");
      const signature = twilio.getExpectedTwilioSignature(account.token, TEST_PUBLIC_URL + PATH, misdirected);
      expect((await send(misdirected, { path, signature })).status).toBe(401);
      expect((await stored()).map((event) => [event.kind, event.status])).toEqual([["status", "delivered"]]);
    });

    test("NUL, broken UTF-8, lone surrogates and raw bytes survive as they came", async () => {
      const bodies = [
        new URLSearchParams(incoming({ Body: "a\u0000b" })).toString(),
        `${new URLSearchParams(incoming({ Body: "x" }))}&Odd=%FF%FE%ED%A0%80&a[b]=1&a[b]=2&__proto__=p`,
        `${new URLSearchParams(incoming({ Body: "x" }))}&Raw=Grüße🎉`,
      ];
      for (const raw of bodies) expect((await send({}, { raw })).status).toBe(200);
      const [connection] = await ctx.installation.db
        .select({ no: connections.no })
        .from(connections)
        .where(eq(connections.id, connectionId));
      const rows = await ctx.installation.db
        .select()
        .from(webhookEvents)
        .where(eq(webhookEvents.connectionNo, connection?.no ?? -1));
      const kept = rows.map((row) => (row.bodyBytes ?? Buffer.from(row.body)).toString());
      expect(kept.sort()).toEqual(bodies.sort());
      const events = await stored();
      expect(events.some((event) => event.body === "a\u0000b")).toBe(true);
      expect(events.some((event) => Object.hasOwn(event.params, "__proto__"))).toBe(true);
    });

    test("no parameter is too long for an index", async () => {
      // Random, as what repeats would be compressed until it fits.
      const long = () => randomBytes(8_000).toString("hex");
      const fields = [
        ...["From", "To", "Body", "MessageSid", "SmsSid", "SmsMessageSid", "SmsStatus", "MessageStatus"],
        ...["ProfileName", "ProfileUsername", "Username", "ExternalUserId", "WaId", "MessagingServiceSid"],
        ...["NumMedia", "MediaUrl0", "MediaContentType0", "MessageType", "ButtonText", "ButtonPayload"],
        ...["Address", "Label", "Latitude", "Longitude", "OriginalRepliedMessageSid", "ReferralSourceUrl"],
        ...["ErrorCode", "ErrorMessage", "ChannelToAddress", "Forwarded", "ListId", "FlowData"],
      ];
      const statuses: number[] = [];
      for (const field of fields)
        for (const params of [incoming(), callback("sent")])
          statuses.push((await send({ ...params, [field]: long() })).status);
      statuses.push((await send({ ...incoming(), ExternalUserId: `US.${long()}` })).status);
      expect(new Set(statuses)).toEqual(new Set([200]));
      expect(await stored()).toHaveLength(statuses.length);
      const kinds = Map.groupBy(await stored(), (event) => event.kind);
      // What is no SID names no message, and what is no address nobody.
      expect(kinds.get("unknown")).toHaveLength(4);
      expect(reports).toEqual([]);
    });

    test("what is neither message nor callback is kept as unknown", async () => {
      expect(
        (
          await send({
            AccountSid: account.sid,
            Level: "ERROR",
            PayloadType: "application/json",
            Payload: "{}",
          })
        ).status,
      ).toBe(200);
      expect((await stored())[0]).toMatchObject({ kind: "unknown", messageSid: null });
    });

    test("a sender that hides its number, and a MessagingServiceSid that nobody knows, matter to nothing", async () => {
      expect(
        (await send(incoming({ From: "whatsapp:US.ABC123", MessagingServiceSid: `MG${"9".repeat(32)}` })))
          .status,
      ).toBe(200);
      expect((await stored())[0]?.from).toBe("whatsapp:US.ABC123");
    });

    test("another sender of the same account is kept as unrouted", async () => {
      expect((await send(incoming({ To: "whatsapp:+19998887777" }))).status).toBe(200);
      expect((await stored())[0]?.outcome).toBe("unrouted");
    });

    test("the collected payloads, signed anew, are all stored", async () => {
      const file = new URL("../../../../fixtures/twilio/incoming-messages.json", import.meta.url);
      const payloads: { params: Record<string, string> }[] = JSON.parse(readFileSync(file, "utf8"));
      for (const { params } of payloads) {
        const sid = nextSid();
        expect(
          (
            await send({
              ...params,
              AccountSid: account.sid,
              To: sender,
              MessageSid: sid,
              SmsSid: sid,
              SmsMessageSid: sid,
            })
          ).status,
        ).toBe(200);
      }
      const events = await stored();
      expect([events.length, new Set(events.map((event) => event.kind))]).toEqual([
        payloads.length,
        new Set(["message"]),
      ]);
    });
  });

  describe("what is refused", () => {
    test("a missing or wrong signature: 401, nothing stored but a record", async () => {
      const params = incoming();
      expect((await send(params, { signature: null })).status).toBe(401);
      expect((await send(params, { signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" })).status).toBe(401);
      expect((await send(params, { token: "0".repeat(32) })).status).toBe(401);
      expect(
        (
          await send(
            { ...params, Body: "altered" },
            { signature: twilio.getExpectedTwilioSignature(account.token, TEST_PUBLIC_URL + PATH, params) },
          )
        ).status,
      ).toBe(401);
      expect(await stored()).toEqual([]);
      await rejections.flush();
      const { items } = await listEvents(ctx, { connectionId, outcome: "rejected" });
      expect(items.map((item) => item.outcome)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
      expect(items.at(-1)?.reason).toMatch(/no signature/);
      const [view] = await listConnectionStatus(ctx);
      expect([view?.last24h.rejected, view?.verdict, view?.lastValidSignatureAt]).toEqual([
        4,
        "attention",
        null,
      ]);
      expect(view?.reasons.map((reason) => reason.code)).toContain("rejected");
    });

    test("an empty token accepts nothing; an unreadable one makes Twilio come again", async () => {
      const place = { organizationId: ctx.organizationId, connectionId, field: "auth_token" as const };
      const set = async (authTokenSealed: string | null) => {
        await ctx.installation.db
          .update(connections)
          .set({ authTokenSealed })
          .where(eq(connections.id, connectionId));
        evictAccount(ctx.installation.db, account.sid);
      };
      const params = incoming();
      for (const sealed of [seal(ctx.keyring, place, ""), null, "s1.00000000.AAAA.AAAA.AAAA"]) {
        await set(sealed);
        const answer = await send(params, { token: "" });
        expect([answer.status, answer.headers["retry-after"]]).toEqual([503, "5"]);
      }
      expect(await stored()).toEqual([]);
    });

    test("both token slots verify", async () => {
      const next = "fedcba9876543210fedcba9876543210";
      const place = { organizationId: ctx.organizationId, connectionId, field: "auth_token_next" as const };
      await ctx.installation.db
        .update(connections)
        .set({ authTokenNextSealed: seal(ctx.keyring, place, next) })
        .where(eq(connections.id, connectionId));
      evictAccount(ctx.installation.db, account.sid);
      expect((await send(incoming(), { token: next })).status).toBe(200);
      expect((await send(incoming())).status).toBe(200);
    });

    test("nobody finds out which senders an account has", async () => {
      const probe = async (To: string, more: Record<string, string> = {}) => {
        const { headers, ...answer } = await send(incoming({ To, ...more }), { token: "0".repeat(32) });
        return { ...answer, headers: { ...headers, date: null } };
      };
      const known = await probe(sender);
      expect(known.status).toBe(401);
      expect(await probe("whatsapp:+19998887777")).toEqual(known);
      expect(await probe("", { MessagingServiceSid: `MG${"9".repeat(32)}` })).toEqual(known);
    });

    test("an account never connected: 404; none at all: 400", async () => {
      expect((await send(incoming({ AccountSid: `AC${"9".repeat(32)}` }))).status).toBe(404);
      expect((await send(incoming({ AccountSid: "AC1' or 1=1" }))).status).toBe(404);
      expect((await send({ MessageSid: nextSid() })).status).toBe(400);
      expect((await send([...Object.entries(incoming()), ["To", "whatsapp:+1"]])).status).toBe(400);
    });

    test("a disconnected account: 200, nothing stored, counted", async () => {
      await disconnectSender(ctx, { connectionId });
      expect((await send(incoming())).status).toBe(200);
      expect(await stored()).toEqual([]);
      await rejections.flush();
      const [view] = await listConnectionStatus(ctx);
      expect([view?.last24h.ignored, view?.last24h.incoming]).toEqual([1, 0]);
    });

    test.each([
      ["JSON", "application/json"],
      ["multipart", "multipart/form-data; boundary=x"],
      ["text", "text/plain"],
      ["another charset", "application/x-www-form-urlencoded; charset=utf-16"],
    ])("%s: 415", async (_name, type) => {
      expect((await send(incoming(), { headers: { "content-type": type } })).status).toBe(415);
    });

    test("compressed: 415; too large: 413; empty or overfull: 400", async () => {
      expect((await send(incoming(), { headers: { "content-encoding": "gzip" } })).status).toBe(415);
      expect((await send({}, { raw: `AccountSid=${account.sid}&Body=${"x".repeat(65_536)}` })).status).toBe(
        413,
      );
      expect((await send({}, { raw: "" })).status).toBe(400);
      expect(
        (
          await send(
            {},
            {
              raw: `AccountSid=${account.sid}&${Array.from({ length: 201 }, (_, i) => `p${i}=1`).join("&")}`,
            },
          )
        ).status,
      ).toBe(400);
      expect((await send({}, { raw: "%%%%" })).status).toBe(400);
    });

    test("other methods and paths", async () => {
      for (const method of ["PUT", "DELETE", "PATCH"])
        expect([method, (await send(incoming(), { method })).status]).toEqual([method, 405]);
      for (const path of [`${PATH}/status/`, `${PATH}/status/a/b`, `${PATH}x`, `/x${PATH}`, `${PATH}%2F`])
        expect([path, (await send(incoming(), { path })).status]).toEqual([path, 404]);
    });
  });

  describe("the URL that is signed", () => {
    test("comes from configuration: no Host or forwarding header changes the answer", async () => {
      const liars: Record<string, string>[] = [
        { host: "evil.example" },
        { host: "a b[" },
        { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http" },
        { "x-forwarded-proto": "ht tp<>" },
        { forwarded: "host=evil.example;proto=http" },
        { "x-original-url": "/other", "x-rewrite-url": "/other" },
      ];
      for (const headers of liars) {
        expect((await send(incoming(), { headers })).status).toBe(200);
        expect((await send(incoming(), { headers, signature: "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" })).status).toBe(
          401,
        );
      }
      const evil = incoming();
      const signature = twilio.getExpectedTwilioSignature(account.token, `https://evil.example${PATH}`, evil);
      expect((await send(evil, { signature, headers: { host: "evil.example" } })).status).toBe(401);
    });

    test("may carry a query, signed with it", async () => {
      expect((await send(incoming(), { path: `${PATH}?desk=1` })).status).toBe(200);
    });

    test("as an absolute request target", async () => {
      const params = incoming();
      const answer = await raw({
        path: `http://evil.example${PATH}`,
        method: "POST",
        body: Buffer.from(new URLSearchParams(params).toString()),
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          "x-twilio-signature": twilio.getExpectedTwilioSignature(
            account.token,
            TEST_PUBLIC_URL + PATH,
            params,
          ),
        },
      });
      expect(answer.status).toBe(200);
    });
  });

  describe("one organisation and another", () => {
    test("whatever B signs with its own token never reaches A", async () => {
      const [a, aContext, aSender, aConnection] = [account, ctx, sender, connectionId];
      await connectFresh();
      const b = account;
      const attacks: [Record<string, string>, string][] = [
        [{ AccountSid: a.sid, To: aSender }, b.token],
        [{ AccountSid: b.sid, To: aSender }, b.token],
        [{ AccountSid: a.sid, To: sender }, b.token],
      ];
      for (const [more, token] of attacks) await send(incoming(more), { token });
      expect((await listEvents(aContext, { connectionId: aConnection })).items).toEqual([]);
    });

    test("a message key that B has stored is not A's duplicate", async () => {
      const [a, aContext, aSender, aConnection] = [account, ctx, sender, connectionId];
      await connectFresh();
      const sid = nextSid();
      const named = { MessageSid: sid, SmsSid: sid, SmsMessageSid: sid };
      expect((await send(incoming(named))).status).toBe(200);
      expect(
        (await send(incoming({ ...named, AccountSid: a.sid, To: aSender }), { token: a.token })).status,
      ).toBe(200);
      expect((await listEvents(aContext, { connectionId: aConnection })).items).toHaveLength(1);
    });

    test("events are listed to their own organisation only", async () => {
      await send(incoming());
      const other = await desk.person();
      expect((await listEvents(other, {})).items).toEqual([]);
      await expect(listEvents(other, { connectionId })).rejects.toMatchObject({ reason: "not_found" });
    });
  });

  test("the verdict turns to working with the first genuine webhook", async () => {
    expect((await listConnectionStatus(ctx))[0]?.verdict).toBe("attention");
    await send(incoming());
    await send(callback("undelivered", { ErrorCode: "63016" }));
    const [view] = await listConnectionStatus(ctx);
    expect([view?.verdict, view?.reasons]).toEqual(["working", []]);
    expect(view?.last24h).toMatchObject({ incoming: 1, statuses: 1, failed: 1 });
    expect(view?.lastValidSignatureAt).toBe(view?.lastWebhookAt);
  });

  test("the list pages, filters and searches", async () => {
    for (let index = 0; index < 5; index++) await send(incoming({ Body: `Number ${index} Straße` }));
    const marked = callback("delivered");
    await send(marked);
    const first = await listEvents(ctx, { connectionId, limit: 4 });
    const second = await listEvents(ctx, { connectionId, limit: 4, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items].map((item) => item.body)).toEqual([
      null,
      "Number 4 Straße",
      "Number 3 Straße",
      "Number 2 Straße",
      "Number 1 Straße",
      "Number 0 Straße",
    ]);
    expect(second.nextCursor).toBeNull();
    const found = async (input: Parameters<typeof listEvents>[1]) =>
      (await listEvents(ctx, { connectionId, ...input })).items.length;
    expect(await found({ kind: "message" })).toBe(5);
    expect(await found({ kind: "status" })).toBe(1);
    expect(await found({ search: "number 3 straße" })).toBe(1);
    expect(await found({ search: marked.MessageSid })).toBe(1);
    expect(await found({ search: "+491511" })).toBe(6);
    expect(await found({ outcome: "unrouted" })).toBe(0);
  });

  test("the simulator's own webhooks arrive signed, by the URL that connect set", async () => {
    const local = `http://127.0.0.1:${port}`;
    const number = `whatsapp:+1415557${String(++counter).padStart(4, "0")}`;
    const fresh = desk.simulator.createAccount({ senders: [number] });
    desk.platform.publicUrl = local;
    try {
      const person = { ...(await desk.person()), publicUrl: local };
      const input = connectInput.parse({
        mode: "test",
        accountSid: fresh.sid,
        authToken: fresh.token,
        sender: number,
        configureWebhook: true,
      });
      const made = await connectTwilioSender(person, input);
      await expect
        .poll(
          () =>
            desk.simulator.listAccounts().find((one) => one.sid === fresh.sid)?.senders[0]?.webhook
              .callback_url,
        )
        .toContain(local);
      const result = await desk.simulator.sendIncoming({
        to: number,
        from: CUSTOMER,
        kind: "image",
        wait: true,
      });
      expect(result).toBeTruthy();
      const { items } = await listEvents(person, { connectionId: made.id });
      expect(items.map((item) => [item.kind, item.from])).toEqual([["message", CUSTOMER]]);
    } finally {
      desk.platform.publicUrl = TEST_PUBLIC_URL;
    }
  });

  test("10,000 forged signatures store nothing", async () => {
    const params = incoming();
    for (let round = 0; round < 100; round++) {
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          send(params, { signature: Buffer.from(`${round}-${index}`.padEnd(20, "x")).toString("base64") }),
        ),
      );
      expect(answers.every((answer) => answer.status === 401)).toBe(true);
    }
    expect(await stored()).toEqual([]);
    await rejections.flush();
    const [connection] = await ctx.installation.db
      .select({ no: connections.no })
      .from(connections)
      .where(eq(connections.id, connectionId));
    const no = connection?.no ?? -1;
    const kept = await ctx.installation.db
      .select({ id: webhookRejections.id })
      .from(webhookRejections)
      .where(eq(webhookRejections.connectionNo, no));
    expect(kept.length).toBeLessThanOrEqual(500);
    const hours = await ctx.installation.db
      .select()
      .from(connectionHours)
      .where(eq(connectionHours.connectionNo, no));
    expect(hours.reduce((sum, hour) => sum + hour.rejected, 0)).toBe(10_000);
  });

  test("the health check says whether the database answers", async () => {
    const answer = await raw({ path: PATH, method: "GET" });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { status: "ok" }]);
  });
});
