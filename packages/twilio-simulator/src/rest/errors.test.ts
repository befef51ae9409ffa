import { once } from "node:events";
import { connect } from "node:net";
import twilio from "twilio";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  CREATE_ERROR_ENDINGS,
  recipientWithEnding,
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  sentinelTokenOf,
  VERIFIED_TRIAL_RECIPIENT,
} from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import { createTwilioTestClient, startSimulator } from "../testing.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

const customer = "whatsapp:+15005550001";
const fetchAccount = (sid: string, token = sentinelTokenOf(sid)) =>
  createTwilioTestClient(simulator, sid, token).api.v2010.accounts(sid).fetch();
const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
});
const ask = (path: string, init: RequestInit = {}) =>
  fetch(simulator.url + path, {
    ...init,
    headers: {
      ...basic(SENTINEL_ACCOUNTS.healthy, sentinelTokenOf(SENTINEL_ACCOUNTS.healthy)),
      ...init.headers,
    },
  });

describe("credentials", () => {
  test("a wrong token is a RestException with 401 / 20003", async () => {
    const error = await fetchAccount(SENTINEL_ACCOUNTS.healthy, "f".repeat(32)).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(twilio.RestException);
    expect(error).toMatchObject({
      status: 401,
      code: 20003,
      moreInfo: "https://www.twilio.com/docs/errors/20003",
    });
  });

  test("so is an unknown account, and no credentials at all", async () => {
    await expect(fetchAccount(`AC${"12".repeat(16)}`)).rejects.toMatchObject({ status: 401, code: 20003 });
    const bare = await fetch(`${simulator.url}/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}.json`);
    expect(bare.status).toBe(401);
    expect(await bare.json()).toMatchObject({ code: 20003, status: 401 });
  });

  test("another account's path is 404", async () => {
    const answer = await ask(`/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.trial}.json`);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 20404 }]);
  });

  test("a restricted key reads senders, not messages", async () => {
    const client = createTwilioTestClient(
      simulator,
      SENTINEL_API_KEYS.restricted.sid,
      SENTINEL_API_KEYS.restricted.secret,
    );
    expect((await client.messaging.v2.channelsSenders.list({ channel: "whatsapp" })).length).toBe(4);
    await expect(client.messages.list({ limit: 1 })).rejects.toMatchObject({ status: 401, code: 70051 });
    await expect(client.api.v2010.accounts(SENTINEL_ACCOUNTS.healthy).fetch()).rejects.toMatchObject({
      status: 401,
    });
  });
});

describe("accounts that answer with an error", () => {
  test.each([
    ["suspended", SENTINEL_ACCOUNTS.suspended, 403, 20005],
    ["rate limited", SENTINEL_ACCOUNTS.rateLimited, 429, 20429],
    ["server error", SENTINEL_ACCOUNTS.serverError, 500, 20500],
  ])("%s", async (_name, sid, status, code) => {
    await expect(fetchAccount(sid)).rejects.toMatchObject({ status, code });
  });

  test.each([
    ["closed", SENTINEL_ACCOUNTS.closed, "closed"],
    ["suspended but readable", SENTINEL_ACCOUNTS.suspendedReadable, "suspended"],
  ])("%s: the account can be read, nothing else", async (_name, sid, status) => {
    expect((await fetchAccount(sid)).status).toBe(status);
    await expect(
      createTwilioTestClient(simulator, sid, sentinelTokenOf(sid)).messages.list({ limit: 1 }),
    ).rejects.toMatchObject({ status: 403, code: 20005 });
  });

  test("garbage: HTML with 200, and JSON that is cut off", async () => {
    const html = await fetch(`${simulator.url}/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.html}.json`, {
      headers: basic(SENTINEL_ACCOUNTS.html, "x"),
    });
    expect([html.status, html.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    const broken = await fetch(`${simulator.url}/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.brokenJson}.json`, {
      headers: basic(SENTINEL_ACCOUNTS.brokenJson, "x"),
    });
    await expect(broken.json()).rejects.toThrow(SyntaxError);
  });

  test("reset: the connection breaks", async () => {
    await expect(fetchAccount(SENTINEL_ACCOUNTS.reset)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  test("hang: nothing comes back, and the simulator still stops", async () => {
    const own = await startSimulator();
    const socket = connect(Number(new URL(own.url).port), "localhost");
    await once(socket, "connect");
    let heard = "";
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket
      .on("error", () => {})
      .on("data", (data) => {
        heard += data;
      });
    socket.write(
      `GET /2010-04-01/Accounts/${SENTINEL_ACCOUNTS.hang}.json HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic(SENTINEL_ACCOUNTS.hang, "x").authorization}\r\n\r\n`,
    );
    // The server handles connections in the order they arrive, so a response to this later request proves that the older one
    // was read.
    await createTwilioTestClient(own).api.v2010.accounts(SENTINEL_ACCOUNTS.healthy).fetch();
    expect([heard, socket.destroyed]).toEqual(["", false]);
    await own.stop();
    await closed;
    expect(heard).toBe("");
  });

  test("sender updates: refused, and refused for a fragment only", async () => {
    const update = (sid: string, url: string) =>
      fetch(`${simulator.url}/v2/Channels/Senders/XE${(sid[2] ?? "").repeat(30)}00`, {
        method: "POST",
        headers: { ...basic(sid, sentinelTokenOf(sid)), "Content-Type": "application/json" },
        body: JSON.stringify({ webhook: { callback_url: url } }),
      });
    expect((await update(SENTINEL_ACCOUNTS.senderUpdateRefused, "https://a.example")).status).toBe(403);
    const refused = await update(SENTINEL_ACCOUNTS.fragmentRefused, "https://a.example/#rc=5");
    expect([refused.status, await refused.json()]).toMatchObject([400, { code: 20422 }]);
    expect((await update(SENTINEL_ACCOUNTS.fragmentRefused, "https://a.example/")).status).toBe(202);
  });
});

describe("create calls that are refused", () => {
  const valid = { from: SENTINEL_SENDERS.online, to: customer, body: "x" };
  const create = (change: Record<string, unknown>, sid: string = SENTINEL_ACCOUNTS.healthy) =>
    createTwilioTestClient(simulator, sid, sentinelTokenOf(sid)).messages.create({
      ...valid,
      ...change,
    } as typeof valid);

  test.each([
    [21603, { from: undefined }],
    [21602, { body: undefined }],
    [63007, { from: "whatsapp:+14155559999" }],
    [63007, { from: SENTINEL_SENDERS.pending }],
    [21910, { from: "+14155550100" }],
    [21910, { to: "+15005550001" }],
    [21606, { from: "+14155550100", to: "+15005550001" }],
    [21211, { to: "whatsapp:asd" }],
    [21211, { to: recipientWithEnding(21211) }],
    [21610, { to: recipientWithEnding(21610) }],
    [21617, { body: "x".repeat(1601) }],
    [21620, { mediaUrl: ["not a url"] }],
    [21609, { statusCallback: "https://my_host.example" }],
    [21655, { contentSid: `HX${"9".repeat(32)}` }],
    [21656, { contentSid: `HX${"a".repeat(32)}`, contentVariables: "{" }],
    [21701, { from: undefined, messagingServiceSid: `MG${"9".repeat(32)}` }],
    [35118, { scheduleType: "fixed", sendAt: new Date() }],
    [
      35114,
      { from: undefined, messagingServiceSid: SENTINEL_SERVICE, scheduleType: "fixed", sendAt: new Date() },
    ],
    [20422, { validityPeriod: 99_999 }],
  ])("%i %j", async (code, change) => {
    await expect(create(change)).rejects.toMatchObject({ status: 400, code });
    expect(simulator.listMessages()).toEqual([]);
  });

  test("no recipient is 21604", async () => {
    const answer = await ask(`/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages.json`, {
      method: "POST",
      body: new URLSearchParams({ From: SENTINEL_SENDERS.online }),
    });
    expect(await answer.json()).toMatchObject({ code: 21604 });
  });

  test("1600 characters and a business-scoped user id are fine", async () => {
    expect((await create({ body: "x".repeat(1600), to: "whatsapp:US.13491208655302741918" })).status).toBe(
      "queued",
    );
  });

  test("a trial account writes to verified recipients and to who wrote to it", async () => {
    const from = "whatsapp:+14155550110";
    await expect(create({ from }, SENTINEL_ACCOUNTS.trial)).rejects.toMatchObject({ code: 21608 });
    expect((await create({ from, to: VERIFIED_TRIAL_RECIPIENT }, SENTINEL_ACCOUNTS.trial)).status).toBe(
      "queued",
    );
    await simulator.sendIncoming({ to: from, from: customer, body: "Hello" });
    expect((await create({ from }, SENTINEL_ACCOUNTS.trial)).status).toBe("queued");
  });

  test.each([
    [429, 20429, "90429"],
    [500, 20500, "90500"],
    [503, 20503, "90503"],
  ])("recipients for %i / %i", async (status, code, ending) => {
    await expect(create({ to: recipientWithEnding(ending) })).rejects.toMatchObject({ status, code });
  });

  test("reset before and after the message was taken: the client cannot tell, the list can", async () => {
    await expect(create({ to: recipientWithEnding(CREATE_ERROR_ENDINGS.reset) })).rejects.toMatchObject({
      code: "ECONNRESET",
    });
    expect(simulator.listMessages()).toHaveLength(0);
    const to = recipientWithEnding(CREATE_ERROR_ENDINGS.acceptedThenReset);
    await expect(create({ to })).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(await createTwilioTestClient(simulator).messages.list({ to, limit: 5 })).toHaveLength(1);
  });
});

describe("forms", () => {
  test("without .json the 2010 API speaks XML, errors too", async () => {
    const good = await ask(`/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}`);
    expect(good.headers.get("content-type")).toContain("application/xml");
    expect(await good.text()).toContain("<TwilioResponse><Account><AuthToken>");
    const bad = await ask(`/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages/SM${"0".repeat(32)}`);
    expect([bad.status, await bad.text()]).toEqual([
      404,
      expect.stringContaining("<RestException><Code>20404</Code>"),
    ]);
  });

  test("unknown paths and resources are 20404 and repeat the path", async () => {
    const path = `/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages/SM${"0".repeat(32)}.json`;
    const answer = await ask(path);
    expect(await answer.json()).toEqual({
      code: 20404,
      message: `The requested resource ${path} was not found`,
      more_info: "https://www.twilio.com/docs/errors/20404",
      status: 404,
    });
    expect((await ask("/v7/Nothing")).status).toBe(404);
  });

  test("dates: RFC 2822 in the 2010 API, ISO 8601 in the newer ones", async () => {
    const account = (await (
      await ask(`/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}.json`)
    ).json()) as Record<string, string>;
    expect(account.date_created).toBe("Mon, 03 Mar 2025 09:00:00 +0000");
    const service = (await (await ask(`/v1/Services/${SENTINEL_SERVICE}`)).json()) as Record<string, string>;
    expect(service.date_created).toBe("2025-03-03T09:00:00Z");
  });

  test("sender lists need the channel; PageSize over 1000 is refused", async () => {
    expect((await ask("/v2/Channels/Senders")).status).toBe(400);
    expect(
      (await ask(`/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages.json?PageSize=1001`)).status,
    ).toBe(400);
  });

  test("sender updates: camelCase is ignored, a wrong value refused, a form is no JSON", async () => {
    const sid = `XE${"a".repeat(32)}`;
    const update = (body: string, type = "application/json") =>
      ask(`/v2/Channels/Senders/${sid}`, { method: "POST", headers: { "Content-Type": type }, body });
    expect((await update(JSON.stringify({ webhook: { callbackUrl: "https://a.example" } }))).status).toBe(
      202,
    );
    await simulator.settle();
    expect(await (await ask(`/v2/Channels/Senders/${sid}`)).json()).toMatchObject({
      webhook: { callback_url: null },
    });
    expect((await update(JSON.stringify({ webhook: { callback_url: "nonsense" } }))).status).toBe(400);
    expect((await update(JSON.stringify({ webhook: { callback_method: "DELETE" } }))).status).toBe(400);
    expect((await update("{")).status).toBe(400);
    expect((await update("webhook=1", "application/x-www-form-urlencoded")).status).toBe(415);
  });
});
