import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  CREATE_ERROR_ENDINGS,
  FAILED_RECIPIENT_ENDINGS,
  recipientWithEnding,
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TEMPLATES,
} from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import { createTwilioTestClient, startSimulator, startWebhookReceiver } from "../testing.ts";

let simulator: Simulator;
let receiver: Awaited<ReturnType<typeof startWebhookReceiver>>;
const customer = "whatsapp:+15005550001";

beforeAll(async () => {
  simulator = await startSimulator({ seed: "outgoing" });
  receiver = await startWebhookReceiver();
});
beforeEach(() => {
  simulator.reset();
  receiver.requests.length = 0;
});
afterAll(async () => {
  await simulator.stop();
  await receiver[Symbol.asyncDispose]();
});

const write = (from = customer, to: string = SENTINEL_SENDERS.online) =>
  simulator.sendIncoming({ to, from, body: "Hello" });

async function send(change: Record<string, unknown> = {}) {
  const message = await createTwilioTestClient(simulator).messages.create({
    from: SENTINEL_SENDERS.online,
    to: customer,
    body: "x",
    statusCallback: `${receiver.url}/status`,
    ...change,
  } as { to: string });
  await simulator.settle();
  return createTwilioTestClient(simulator).messages(message.sid).fetch();
}

const statuses = () => receiver.requests.map(({ params }) => params.MessageStatus);

describe("status callbacks", () => {
  test("sent, delivered, read: the status that create answered is not repeated", async () => {
    await write();
    await send();
    expect(statuses()).toEqual(["sent", "delivered", "read"]);
    expect(receiver.requests.map(({ params }) => params.EventType)).toEqual([undefined, "DELIVERED", "READ"]);
    expect(receiver.requests[1]?.params).toMatchObject({
      SmsStatus: "delivered",
      To: customer,
      From: SENTINEL_SENDERS.online,
      ChannelPrefix: "whatsapp",
      ChannelToAddress: "+1500555XXXX",
      ChannelInstallSid: `XE${"a".repeat(32)}`,
      AccountSid: SENTINEL_ACCOUNTS.healthy,
      ApiVersion: "2010-04-01",
    });
    expect(receiver.requests[1]?.params).not.toHaveProperty("ErrorCode");
  });

  test("with a Messaging Service queued comes first, without channel fields", async () => {
    await write(customer, SENTINEL_SENDERS.inService);
    await send({ from: undefined, messagingServiceSid: SENTINEL_SERVICE });
    expect(statuses()).toEqual(["queued", "sent", "delivered", "read"]);
    expect(receiver.requests[0]?.params).toMatchObject({
      MessagingServiceSid: SENTINEL_SERVICE,
      From: SENTINEL_SENDERS.inService,
    });
    expect(receiver.requests[0]?.params).not.toHaveProperty("ChannelPrefix");
  });

  test("go to StatusCallback, else to the service's, else to the sender's URL", async () => {
    await write();
    await write(customer, SENTINEL_SENDERS.inService);
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      statusUrl: `${receiver.url}/sender`,
    });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.inService,
      statusUrl: `${receiver.url}/sender`,
    });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      service: SENTINEL_SERVICE,
      statusUrl: `${receiver.url}/service`,
    });
    const urls = async (change: Record<string, unknown>) => {
      receiver.requests.length = 0;
      await send(change);
      return [...new Set(receiver.requests.map(({ url }) => url))];
    };
    expect(await urls({})).toEqual(["/status"]);
    expect(await urls({ statusCallback: undefined })).toEqual(["/sender"]);
    expect(
      await urls({ statusCallback: undefined, from: undefined, messagingServiceSid: SENTINEL_SERVICE }),
    ).toEqual(["/service"]);
    expect(await urls({ from: undefined, messagingServiceSid: SENTINEL_SERVICE })).toEqual(["/status"]);
  });
});

describe("recipients by ending", () => {
  test.each(Object.entries(FAILED_RECIPIENT_ENDINGS))("…%s ends with its error", async (code, { status }) => {
    await write(recipientWithEnding(code));
    const message = await send({ to: recipientWithEnding(code) });
    expect(message).toMatchObject({ status, errorCode: Number(code) });
    expect(statuses()).toEqual(status === "failed" ? ["failed"] : ["sent", "undelivered"]);
    expect(receiver.requests.at(-1)?.params).toMatchObject({ ErrorCode: code, MessageStatus: status });
  });

  test.each([
    [CREATE_ERROR_ENDINGS.neverDelivered, ["sent"]],
    [CREATE_ERROR_ENDINGS.neverRead, ["sent", "delivered"]],
    [CREATE_ERROR_ENDINGS.readWithoutDelivered, ["sent", "read"]],
  ])("…%s gets as far as %j", async (ending, expected) => {
    await write(recipientWithEnding(ending));
    await send({ to: recipientWithEnding(ending) });
    expect(statuses()).toEqual(expected);
  });

  test("an offline sender fails with 63001", async () => {
    expect(await send({ from: SENTINEL_SENDERS.offline })).toMatchObject({
      status: "failed",
      errorCode: 63001,
    });
  });
});

describe("the 24-hour window", () => {
  test("free text to somebody who never wrote: 201, then undelivered with 63016", async () => {
    expect(await send()).toMatchObject({ status: "undelivered", errorCode: 63016 });
    expect(statuses()).toEqual(["sent", "undelivered"]);
  });

  test("is open only towards the sender that was written to", async () => {
    await write(customer, SENTINEL_SENDERS.inService);
    expect(await send()).toMatchObject({ status: "undelivered", errorCode: 63016 });
    expect((await send({ from: SENTINEL_SENDERS.inService })).status).toBe("read");
  });

  test("opens with a message and closes after a day by the simulator's clock", async () => {
    await write();
    expect((await send()).status).toBe("read");
    simulator.setClock({ advance: 24 * 3_600_000 - 60_000 });
    expect((await send()).status).toBe("read");
    simulator.setClock({ advance: 60_000 });
    expect(await send()).toMatchObject({ status: "undelivered", errorCode: 63016 });
    simulator.setClock({ reset: true });
  });

  test.each([
    ["approved", SENTINEL_TEMPLATES.approved, "read", null],
    ["pending", SENTINEL_TEMPLATES.pending, "undelivered", 63016],
    ["rejected", SENTINEL_TEMPLATES.rejected, "failed", 63040],
    ["paused", SENTINEL_TEMPLATES.paused, "failed", 63041],
  ])("a template that is %s", async (_status, contentSid, status, errorCode) => {
    expect(await send({ body: undefined, contentSid })).toMatchObject({ status, errorCode });
  });
});

describe("chaos", () => {
  test("callbacks before the create call is answered", async () => {
    await write();
    simulator.setChaos({ callbackFirst: true });
    const created = await createTwilioTestClient(simulator).messages.create({
      from: SENTINEL_SENDERS.online,
      to: customer,
      body: "x",
      statusCallback: receiver.url,
    });
    expect(created.status).toBe("queued");
    expect(statuses()).toContain("sent");
    await simulator.settle();
  });

  test("duplicates: everything twice", async () => {
    await write();
    simulator.setChaos({ duplicates: 1 });
    await send();
    expect(statuses()).toEqual(["sent", "sent", "delivered", "delivered", "read", "read"]);
  });

  test("reordering: a later status overtakes, none is lost", async () => {
    await write();
    simulator.setChaos({ reorder: 1 });
    await send();
    expect(statuses()).toEqual(["delivered", "sent", "read"]);
  });

  test("lost webhooks never arrive, and the books say so", async () => {
    simulator.setChaos({ lost: 1 });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      url: receiver.url,
    });
    await write();
    await send();
    expect(receiver.requests).toEqual([]);
    expect(new Set(simulator.listDeliveries().map(({ state }) => state))).toEqual(new Set(["lost"]));
  });

  test("cut connections: the webhook arrives, its answer does not", async () => {
    simulator.setChaos({ cut: 1 });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      url: receiver.url,
    });
    const { delivery } = await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: customer,
      body: "Hello",
      wait: true,
    });
    expect(delivery).toMatchObject({
      state: "failed",
      httpStatus: null,
      alert: { code: 11200 },
      attempts: [{ error: { kind: "cut" } }],
    });
  });

  test("a delay holds webhooks back, and the clock can let them go", async () => {
    simulator.setChaos({ delay: 600_000 });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.online,
      url: receiver.url,
    });
    const waiting = simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: customer,
      body: "Hello",
      wait: true,
    });
    expect(simulator.listDeliveries()).toEqual([]);
    simulator.setClock({ advance: 600_000 });
    expect((await waiting).delivery?.state).toBe("delivered");
    simulator.setClock({ reset: true });
  });

  test("settings that make no sense are refused with a sentence, and change nothing", () => {
    expect(() => simulator.setChaos({ duplicates: 2 })).toThrow("duplicates is a share from 0 to 1");
    expect(() => simulator.setChaos({ lost: 1, delay: -1 })).toThrow("delay is a number of milliseconds");
    expect(simulator.setChaos({})).toMatchObject({ duplicates: 0, lost: 0 });
  });
});

describe("media", () => {
  const MB = 1024 * 1024;
  const answers: Record<string, [status: number, type: string, bytes: Buffer]> = {
    "/a.png": [200, "image/png", Buffer.from("a picture")],
    "/card.vcf": [200, "text/vcard; charset=utf-8", Buffer.from("a card")],
    "/large.png": [200, "image/png", Buffer.alloc(5 * MB + 1)],
    "/page.html": [200, "text/html", Buffer.from("<p>")],
    "/gone.png": [404, "image/png", Buffer.from("")],
  };

  async function sendFile(path: string) {
    await using host = await startWebhookReceiver((res, { url }) => {
      const [status = 404, type = "", bytes] = answers[url] ?? [];
      res.writeHead(status, { "content-type": type }).end(bytes);
    });
    await write();
    const message = await send({ mediaUrl: [host.url + path] });
    const asked = host.requests.map(({ url }) => url);
    return { message, asked, kept: simulator.listMessages().find(({ sid }) => sid === message.sid) };
  }

  test.each([
    ["/a.png", "image"],
    ["/card.vcf", "contacts"],
  ])("%s is fetched once and shown as it is", async (path, kind) => {
    const { message, asked, kept } = await sendFile(path);
    expect(asked).toEqual([path]);
    expect(message).toMatchObject({ status: "read", numMedia: "1" });
    expect(kept?.kind).toBe(kind);
    const shown = await fetch(
      `${simulator.url}/simulator/media/${kept?.details.MediaUrl0?.split("/").at(-1)}`,
    );
    expect(Buffer.from(await shown.arrayBuffer()).equals(answers[path]?.[2] ?? Buffer.alloc(0))).toBe(true);
  });

  test.each([
    ["/gone.png", 63019],
    ["/page.html", 63005],
    ["/large.png", 63034],
  ])("%s ends failed with %i", async (path, code) => {
    const { message } = await sendFile(path);
    expect(message).toMatchObject({ status: "failed", errorCode: code });
    expect(statuses()).toEqual(["failed"]);
  });
});
