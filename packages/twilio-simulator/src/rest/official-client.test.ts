import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TEMPLATES,
  SENTINEL_TOKENS,
} from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import { createTwilioTestClient, startSimulator } from "../testing.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

const client = (...credentials: [username?: string, password?: string]) =>
  createTwilioTestClient(simulator, ...credentials);
const customer = "whatsapp:+15005550001";

describe("accounts", () => {
  test("fetch answers the account with its primary token", async () => {
    const account = await client().api.v2010.accounts(SENTINEL_ACCOUNTS.healthy).fetch();
    expect(account).toMatchObject({
      friendlyName: "Bar Harbour Ltd",
      status: "active",
      type: "Full",
      authToken: SENTINEL_TOKENS.primary,
      ownerAccountSid: SENTINEL_ACCOUNTS.healthy,
    });
    expect(account.dateCreated).toBeInstanceOf(Date);
  });

  test("the secondary token authenticates too, and the answer still shows the primary one", async () => {
    const account = await client(SENTINEL_ACCOUNTS.healthy, SENTINEL_TOKENS.secondary)
      .api.v2010.accounts(SENTINEL_ACCOUNTS.healthy)
      .fetch();
    expect(account.authToken).toBe(SENTINEL_TOKENS.primary);
  });

  test("a subaccount names its owner, and the owner may read it", async () => {
    const own = await createTwilioTestClient(simulator, SENTINEL_ACCOUNTS.subaccount, "c".repeat(32))
      .api.v2010.accounts(SENTINEL_ACCOUNTS.subaccount)
      .fetch();
    expect(own.ownerAccountSid).toBe(SENTINEL_ACCOUNTS.healthy);
    const seen = await client().api.v2010.accounts(SENTINEL_ACCOUNTS.subaccount).fetch();
    expect(seen.sid).toBe(SENTINEL_ACCOUNTS.subaccount);
    expect((await client().api.v2010.accounts.list()).map(({ sid }) => sid)).toEqual([
      SENTINEL_ACCOUNTS.healthy,
      SENTINEL_ACCOUNTS.subaccount,
    ]);
  });

  test("trial and closed accounts say so", async () => {
    expect(
      (
        await createTwilioTestClient(simulator, SENTINEL_ACCOUNTS.trial, "b".repeat(32))
          .api.v2010.accounts(SENTINEL_ACCOUNTS.trial)
          .fetch()
      ).type,
    ).toBe("Trial");
    expect(
      (
        await createTwilioTestClient(simulator, SENTINEL_ACCOUNTS.closed, "e".repeat(32))
          .api.v2010.accounts(SENTINEL_ACCOUNTS.closed)
          .fetch()
      ).status,
    ).toBe("closed");
  });

  test("balance and phone numbers", async () => {
    expect(await client().balance.fetch()).toMatchObject({ currency: "USD", balance: "42.17" });
    expect(await client().incomingPhoneNumbers.list()).toEqual([]);
  });
});

describe("API keys", () => {
  test("a made key shows its secret once, works, and stops working when it is deleted", async () => {
    const key = await client().newKeys.create({ friendlyName: "Desk" });
    expect(key.secret).toHaveLength(32);
    expect(await client().keys(key.sid).fetch()).not.toHaveProperty("secret");
    expect(await client(key.sid, key.secret).messages.list({ limit: 1 })).toEqual([]);
    await client().keys(key.sid).remove();
    await expect(client(key.sid, key.secret).messages.list({ limit: 1 })).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
  });

  test("the IAM way makes restricted keys", async () => {
    const key = await client().iam.v1.newApiKey.create({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      friendlyName: "Reader",
      keyType: "restricted",
      policy: { allow: ["/twilio/messaging/messages/read"] },
    });
    const restricted = client(key.sid, key.secret);
    expect(await restricted.messages.list({ limit: 1 })).toEqual([]);
    await expect(
      restricted.messages.create({ from: SENTINEL_SENDERS.online, to: customer, body: "x" }),
    ).rejects.toMatchObject({ status: 401, code: 70051 });
  });

  test("a standard key may message but not read the account or its keys", async () => {
    const standard = client(SENTINEL_API_KEYS.standard.sid, SENTINEL_API_KEYS.standard.secret);
    expect(
      (await standard.messages.create({ from: SENTINEL_SENDERS.online, to: customer, body: "x" })).status,
    ).toBe("queued");
    await expect(standard.api.v2010.accounts(SENTINEL_ACCOUNTS.healthy).fetch()).rejects.toMatchObject({
      status: 401,
      code: 20003,
    });
    await expect(standard.keys.list()).rejects.toMatchObject({ status: 401, code: 20003 });
  });

  test("a main key may do all", async () => {
    const main = client(SENTINEL_API_KEYS.main.sid, SENTINEL_API_KEYS.main.secret);
    expect((await main.api.v2010.accounts(SENTINEL_ACCOUNTS.healthy).fetch()).sid).toBe(
      SENTINEL_ACCOUNTS.healthy,
    );
    expect((await main.keys.list()).length).toBe(3);
  });
});

describe("messages", () => {
  test("create answers queued with numbers as strings, and fetch follows the message to read", async () => {
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: customer, body: "Hello" });
    const created = await client().messages.create({
      from: SENTINEL_SENDERS.online,
      to: customer,
      body: "Hello back",
    });
    expect(created).toMatchObject({
      status: "queued",
      direction: "outbound-api",
      numMedia: "0",
      numSegments: "1",
      errorCode: null,
      dateSent: null,
    });
    expect(created.sid).toMatch(/^SM[0-9a-f]{32}$/);
    await simulator.settle();
    expect(await client().messages(created.sid).fetch()).toMatchObject({
      status: "read",
      dateSent: expect.any(Date),
    });
  });

  test("through a Messaging Service the answer is accepted, without a sender yet", async () => {
    const created = await client().messages.create({
      messagingServiceSid: SENTINEL_SERVICE,
      to: customer,
      body: "x",
    });
    expect(created).toMatchObject({ status: "accepted", from: null, messagingServiceSid: SENTINEL_SERVICE });
    await simulator.settle();
    expect((await client().messages(created.sid).fetch()).from).toBe(SENTINEL_SENDERS.inService);
  });

  test("media messages have MM sids; a template's text is filled in", async () => {
    const media = await client().messages.create({
      from: SENTINEL_SENDERS.online,
      to: customer,
      mediaUrl: ["http://127.0.0.1:9/a.png"],
    });
    expect(media).toMatchObject({ numMedia: "1", sid: expect.stringMatching(/^MM/) });
    const template = await client().messages.create({
      from: SENTINEL_SENDERS.online,
      to: customer,
      contentSid: SENTINEL_TEMPLATES.approved,
      contentVariables: JSON.stringify({ 1: "Kim", 2: "noon" }),
    });
    expect(template.body).toContain("Hello Kim, your boat is booked for noon");
  });

  test("lists are newest first, filtered, and paged without a gap while new messages arrive", async () => {
    for (let count = 0; count < 7; count++)
      await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: customer, body: `number ${count}` });
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: "whatsapp:+15005550002",
      body: "somebody else",
    });
    const first = await client().messages.page({ from: customer, pageSize: 3 });
    expect(first.instances.map(({ body }) => body)).toEqual(["number 6", "number 5", "number 4"]);
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: customer, body: "late" });
    const second = await first.nextPage();
    expect(second?.instances.map(({ body }) => body)).toEqual(["number 3", "number 2", "number 1"]);
    const third = await second?.nextPage();
    expect(third?.instances.map(({ body }) => body)).toEqual(["number 0"]);
    expect(await third?.nextPage()).toBeUndefined();
    expect((await client().messages.list({ from: customer, pageSize: 2 })).length).toBe(8);
  });

  test("dates filter: a day, from, until", async () => {
    simulator.setClock({ set: "2026-03-01T12:00:00Z" });
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: customer, body: "March" });
    simulator.setClock({ set: "2026-03-02T12:00:00Z" });
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: customer, body: "later" });
    const bodies = async (filter: Parameters<ReturnType<typeof client>["messages"]["list"]>[0]) =>
      (await client().messages.list(filter as { limit: number })).map(({ body }) => body);
    expect(await bodies({ dateSent: new Date("2026-03-01") })).toEqual([]);
    expect(await bodies({ dateSent: new Date("2026-03-01T12:00:00Z") })).toEqual(["March"]);
    expect(await bodies({ dateSentAfter: new Date("2026-03-02T00:00:00Z") })).toEqual(["later"]);
    expect(await bodies({ dateSentBefore: new Date("2026-03-01T23:00:00Z") })).toEqual(["March"]);
    simulator.setClock({ reset: true });
  });

  test("redact, cancel, delete", async () => {
    const created = await client().messages.create({
      from: SENTINEL_SENDERS.online,
      to: customer,
      body: "private",
    });
    await simulator.settle();
    expect((await client().messages(created.sid).update({ body: "" })).body).toBe("");
    const later = await client().messages.create({
      messagingServiceSid: SENTINEL_SERVICE,
      to: customer,
      body: "later",
      scheduleType: "fixed",
      sendAt: new Date(Date.now() + 3_600_000),
    });
    expect(later.status).toBe("scheduled");
    expect((await client().messages(later.sid).update({ status: "canceled" })).status).toBe("canceled");
    expect(await client().messages(created.sid).remove()).toBe(true);
    await expect(client().messages(created.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  test("a scheduled message leaves when its time has come", async () => {
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.inService, from: customer, body: "Hello" });
    const later = await client().messages.create({
      messagingServiceSid: SENTINEL_SERVICE,
      to: customer,
      body: "later",
      scheduleType: "fixed",
      sendAt: new Date(Date.now() + 3_600_000),
    });
    await simulator.settle();
    expect((await client().messages(later.sid).fetch()).status).toBe("scheduled");
    simulator.setClock({ advance: 3_600_000 });
    await simulator.settle();
    expect((await client().messages(later.sid).fetch()).status).toBe("read");
    simulator.setClock({ reset: true });
  });
});

describe("senders", () => {
  test("list needs the channel and shows quality, limit and offline reasons", async () => {
    const senders = await client().messaging.v2.channelsSenders.list({ channel: "whatsapp" });
    expect(senders.map(({ senderId, status }) => [senderId, status])).toEqual([
      [SENTINEL_SENDERS.online, "ONLINE"],
      [SENTINEL_SENDERS.inService, "ONLINE"],
      [SENTINEL_SENDERS.offline, "OFFLINE"],
      [SENTINEL_SENDERS.pending, "PENDING_VERIFICATION"],
    ]);
    expect(senders[0]?.properties).toMatchObject({
      qualityRating: "HIGH",
      messagingLimit: "1K Customers/24hr",
    });
    expect(senders[2]?.offlineReasons?.[0]).toMatchObject({ code: "63020" });
  });

  test("paging over senders", async () => {
    const { sid, token } = simulator.createAccount({ senders: 5 });
    const senders = await createTwilioTestClient(simulator, sid, token).messaging.v2.channelsSenders.list({
      channel: "whatsapp",
      pageSize: 2,
    });
    expect(new Set(senders.map(({ senderId }) => senderId)).size).toBe(5);
  });

  test("update is asynchronous and touches only what it names", async () => {
    const slow = await startSimulator({ pace: { senderUpdate: 60_000 } });
    const sid = `XE${"a".repeat(32)}`;
    slow.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      statusUrl: "https://before.example.com/status",
    });
    const senders = createTwilioTestClient(slow).messaging.v2.channelsSenders;
    const update = {
      webhook: { callback_url: "https://desk.example.com/in#rc=5&rp=ct,rt,5xx" },
    } as unknown as Parameters<ReturnType<typeof senders>["update"]>[0];
    expect(await senders(sid).update(update)).toMatchObject({ status: "ONLINE:UPDATING" });
    expect(await senders(sid).fetch()).toMatchObject({
      status: "ONLINE:UPDATING",
      webhook: { callbackUrl: null },
    });
    slow.setClock({ advance: 60_000 });
    expect(await senders(sid).fetch()).toMatchObject({
      status: "ONLINE",
      webhook: {
        callbackUrl: "https://desk.example.com/in#rc=5&rp=ct,rt,5xx",
        statusCallbackUrl: "https://before.example.com/status",
      },
      profile: { name: "Bar Harbour" },
    });
    await slow.stop();
  });
});

test("a new sender is created, comes online, and can be used", async () => {
  const slow = await startSimulator({ pace: { senderUpdate: 60_000 } });
  const senders = createTwilioTestClient(slow).messaging.v2.channelsSenders;
  const senderId = "whatsapp:+14155550177";
  const wanted = {
    sender_id: senderId,
    configuration: { waba_id: "555" },
    webhook: { callback_url: "https://desk.example.com/in" },
    profile: { name: "Bar Harbour Kayaks" },
  } as unknown as Parameters<typeof senders.create>[0];
  const created = await senders.create(wanted);
  expect(created).toMatchObject({ status: "CREATING", senderId, profile: { name: "Bar Harbour Kayaks" } });
  slow.setClock({ advance: 60_000 });
  expect(await senders(created.sid).fetch()).toMatchObject({
    status: "ONLINE",
    configuration: { wabaId: "555" },
    webhook: { callbackUrl: "https://desk.example.com/in" },
    properties: { qualityRating: "HIGH" },
  });
  expect((await senders.list({ channel: "whatsapp" })).map(({ sid }) => sid)).toContain(created.sid);
  const { messageSid } = await slow.sendIncoming({ to: senderId, from: "+491511234567", body: "Hello" });
  expect(messageSid).toMatch(/^[SM]M/);
  await expect(senders.create(wanted)).rejects.toMatchObject({ status: 400 });
  for (const sender_id of [undefined, "", "+14155550178", "whatsapp:14155550178", 7])
    await expect(senders.create({ ...wanted, sender_id } as never)).rejects.toMatchObject({ status: 400 });
  await slow.stop();
});

test("a new Messaging Service is created and can be changed", async () => {
  const { sid, token } = simulator.createAccount();
  const { services } = createTwilioTestClient(simulator, sid, token).messaging.v1;
  const created = await services.create({
    friendlyName: "Kayaks",
    inboundRequestUrl: "https://desk.example.com/in",
    statusCallback: "https://desk.example.com/status",
    useInboundWebhookOnNumber: true,
    validityPeriod: 600,
    usecase: "marketing",
  });
  expect(created).toMatchObject({
    accountSid: sid,
    friendlyName: "Kayaks",
    inboundRequestUrl: "https://desk.example.com/in",
    statusCallback: "https://desk.example.com/status",
    useInboundWebhookOnNumber: true,
    validityPeriod: 600,
    usecase: "marketing",
  });
  expect(created.sid).toMatch(/^MG[0-9a-f]{32}$/);
  expect((await services(created.sid).update({ friendlyName: "Boats" })).friendlyName).toBe("Boats");
  expect((await services.list()).map(({ friendlyName }) => friendlyName)).toEqual(["Boats"]);
  expect(await services(created.sid).channelSenders.list()).toEqual([]);
  await expect(services.create({ friendlyName: "" })).rejects.toMatchObject({ status: 400 });
  await expect(services.create({ friendlyName: "x", validityPeriod: 0 })).rejects.toMatchObject({
    status: 400,
  });
});

test("Messaging Services: list, fetch, update, pool", async () => {
  const services = client().messaging.v1.services;
  expect((await services.list()).map(({ sid }) => sid)).toEqual([SENTINEL_SERVICE]);
  expect(await services(SENTINEL_SERVICE).channelSenders.list()).toMatchObject([
    { sender: SENTINEL_SENDERS.inService, senderType: "WhatsApp" },
  ]);
  expect(await services(SENTINEL_SERVICE).phoneNumbers.list()).toEqual([]);
  const updated = await services(SENTINEL_SERVICE).update({
    inboundRequestUrl: "https://desk.example.com/in",
    useInboundWebhookOnNumber: true,
  });
  expect(updated).toMatchObject({
    inboundRequestUrl: "https://desk.example.com/in",
    useInboundWebhookOnNumber: true,
    friendlyName: "Boat rental",
  });
  expect((await services(SENTINEL_SERVICE).fetch()).inboundRequestUrl).toBe("https://desk.example.com/in");
});

describe("content", () => {
  test("list, fetch and the one call for a template picker", async () => {
    const content = client().content;
    expect((await content.v1.contents.list()).length).toBe(5);
    expect(await content.v1.contents(SENTINEL_TEMPLATES.approved).fetch()).toMatchObject({
      friendlyName: "booking_confirmed",
      language: "en",
    });
    const picker = await content.v1.contentAndApprovals.list();
    expect(picker.find(({ sid }) => sid === SENTINEL_TEMPLATES.rejected)?.approvalRequests).toMatchObject({
      status: "rejected",
    });
    expect(await content.v2.contentAndApprovals.list({ contentName: "booking" })).toHaveLength(1);
  });

  test("create, ask for approval, wait for Meta, delete", async () => {
    const content = client().content.v1;
    const body = {
      friendly_name: "reminder",
      language: "en",
      variables: {},
      types: { "twilio/text": { body: "See you tomorrow" } },
    };
    const created = await content.contents.create(
      body as unknown as Parameters<typeof content.contents.create>[0],
    );
    expect(created.sid).toMatch(/^HX[0-9a-f]{32}$/);
    const request = { name: "reminder", category: "UTILITY" } as Parameters<
      ReturnType<typeof content.contents>["approvalCreate"]["create"]
    >[0];
    expect((await content.contents(created.sid).approvalCreate.create(request)).status).toBe("received");
    await simulator.settle();
    expect((await content.contents(created.sid).approvalFetch().fetch()).whatsapp).toMatchObject({
      status: "approved",
      category: "UTILITY",
    });
    await content.contents(created.sid).remove();
    await expect(content.contents(created.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

test("rotation: the second token becomes the first, and the old one is worth nothing at once", async () => {
  const { sid, token } = simulator.createAccount();
  const old = createTwilioTestClient(simulator, sid, token);
  const { secondaryAuthToken } = await old.accounts.v1.secondaryAuthToken().create();
  const next = createTwilioTestClient(simulator, sid, secondaryAuthToken);
  expect((await next.api.v2010.accounts(sid).fetch()).authToken).toBe(token);
  expect((await old.accounts.v1.authTokenPromotion().update()).authToken).toBe(secondaryAuthToken);
  await expect(old.api.v2010.accounts(sid).fetch()).rejects.toMatchObject({ status: 401, code: 20003 });
  expect((await next.api.v2010.accounts(sid).fetch()).authToken).toBe(secondaryAuthToken);
  await next.accounts.v1.secondaryAuthToken().create();
  expect(await next.accounts.v1.secondaryAuthToken().remove()).toBe(true);
  await expect(next.accounts.v1.authTokenPromotion().update()).rejects.toMatchObject({ status: 404 });
});

test("typing indicator", async () => {
  const { messageSid } = await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: customer,
    body: "Hello",
  });
  const answer = await client().messaging.v2.typingIndicator.create({
    channel: "whatsapp",
    messageId: messageSid,
  });
  expect(answer.success).toBe(true);
  const read = simulator.listMessages({ customer, business: SENTINEL_SENDERS.online, direction: "inbound" });
  expect(read.find(({ sid }) => sid === messageSid)?.readAt, "and what was written is read").toBeGreaterThan(
    0,
  );
});
