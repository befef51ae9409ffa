import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_SERVICE } from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import { createTwilioTestClient, startSimulator, startWebhookReceiver } from "../testing.ts";
import { incomingKinds } from "../webhooks/incoming-params.ts";

let simulator: Simulator;
let receiver: Awaited<ReturnType<typeof startWebhookReceiver>>;
const customer = "whatsapp:+15005550001";

beforeAll(async () => {
  simulator = await startSimulator();
  receiver = await startWebhookReceiver();
});
beforeEach(() => {
  simulator.reset();
  receiver.requests.length = 0;
  simulator.setWebhook({
    accountSid: SENTINEL_ACCOUNTS.healthy,
    sender: SENTINEL_SENDERS.online,
    url: `${receiver.url}/sender`,
  });
});
afterAll(async () => {
  await simulator.stop();
  await receiver[Symbol.asyncDispose]();
});

const send = (change: Partial<Parameters<Simulator["sendIncoming"]>[0]> = {}) =>
  simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: customer,
    profileName: "Alex",
    wait: true,
    ...change,
  });

describe("kinds", () => {
  test.each(incomingKinds)("%s arrives and is answered", async (kind) => {
    expect((await send({ kind, body: kind === "text" ? "Hello" : undefined })).delivery?.httpStatus).toBe(
      200,
    );
    expect(receiver.requests[0]?.params.MessageType).toBeTruthy();
  });

  test("media: MM sid, type, URL; an image without caption has an empty Body", async () => {
    const { messageSid } = await send({ kind: "image" });
    expect(messageSid).toMatch(/^MM/);
    expect(receiver.requests[0]?.params).toMatchObject({
      NumMedia: "1",
      Body: "",
      MediaContentType0: "image/png",
    });
    expect(receiver.requests[0]?.params.MediaUrl0).toMatch(
      new RegExp(
        `^${simulator.url}/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages/${messageSid}/Media/ME[0-9a-f]{32}$`,
      ),
    );
  });

  test("location, button, list, reply, referral, contact card", async () => {
    await send({
      kind: "location",
      latitude: "44.39",
      longitude: "-68.2",
      label: "Pier 4",
      address: "Harbour Road 1",
    });
    expect(receiver.requests.at(-1)?.params).toMatchObject({
      MessageType: "location",
      Latitude: "44.39",
      Label: "Pier 4",
      Address: "Harbour Road 1",
    });
    await send({ kind: "button", buttonText: "Morning", buttonPayload: "slot_morning" });
    expect(receiver.requests.at(-1)?.params).toMatchObject({
      MessageType: "interactive",
      ButtonText: "Morning",
      ButtonPayload: "slot_morning",
      Body: "Morning",
    });
    await send({ kind: "list", listId: "boat_2", listTitle: "Sailing boat" });
    expect(receiver.requests.at(-1)?.params).toMatchObject({
      ListId: "boat_2",
      ListTitle: "Sailing boat",
      Body: "Sailing boat",
    });
    await send({ kind: "reply", body: "Yes", repliedMessageSid: `SM${"1".repeat(32)}` });
    expect(receiver.requests.at(-1)?.params).toMatchObject({
      OriginalRepliedMessageSid: `SM${"1".repeat(32)}`,
      OriginalRepliedMessageSender: SENTINEL_SENDERS.online,
    });
    await send({ kind: "referral", body: "Is this still on?" });
    expect(receiver.requests.at(-1)?.params).toMatchObject({
      ReferralSourceType: "ad",
      ReferralNumMedia: "1",
    });
    await send({ kind: "contacts" });
    expect(receiver.requests.at(-1)?.params).toMatchObject({
      MessageType: "contacts",
      MediaContentType0: "text/vcard",
    });
  });

  test("a customer may come with a business-scoped id instead of a number", async () => {
    await send({
      from: "whatsapp:US.13491208655302741918",
      externalUserId: "whatsapp:US.13491208655302741918",
      body: "Hello",
    });
    expect(receiver.requests[0]?.params).toMatchObject({
      From: "whatsapp:US.13491208655302741918",
      ExternalUserId: "whatsapp:US.13491208655302741918",
    });
    expect(receiver.requests[0]?.params).not.toHaveProperty("WaId");
  });
});

describe("which URL is called", () => {
  test("a sender in a Messaging Service: the service's, with its SID in the parameters", async () => {
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      service: SENTINEL_SERVICE,
      url: `${receiver.url}/service`,
    });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.inService,
      url: `${receiver.url}/own`,
    });
    await send({ to: SENTINEL_SENDERS.inService, body: "x" });
    expect(receiver.requests).toMatchObject([
      { url: "/service", params: { MessagingServiceSid: SENTINEL_SERVICE } },
    ]);
  });

  test("the service has no URL: nobody is called, whatever the sender says", async () => {
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.inService,
      url: `${receiver.url}/own`,
    });
    expect((await send({ to: SENTINEL_SENDERS.inService, body: "x" })).delivery).toBeNull();
    expect(receiver.requests).toEqual([]);
  });

  test("the service defers to the number: the sender's, still with the service's SID", async () => {
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      service: SENTINEL_SERVICE,
      url: `${receiver.url}/service`,
      useSenderWebhook: true,
    });
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.healthy,
      sender: SENTINEL_SENDERS.inService,
      url: `${receiver.url}/own`,
    });
    await send({ to: SENTINEL_SENDERS.inService, body: "x" });
    expect(receiver.requests).toMatchObject([
      { url: "/own", params: { MessagingServiceSid: SENTINEL_SERVICE } },
    ]);
  });

  test("no URL anywhere: the message is kept and listed all the same", async () => {
    expect((await send({ to: SENTINEL_SENDERS.offline, body: "kept" })).delivery).toBeNull();
    expect(
      await createTwilioTestClient(simulator).messages.list({ to: SENTINEL_SENDERS.offline }),
    ).toMatchObject([{ body: "kept", direction: "inbound", status: "received" }]);
  });
});

describe("media", () => {
  const basic = {
    authorization: `Basic ${Buffer.from(`${SENTINEL_ACCOUNTS.healthy}:${"a".repeat(32)}`).toString("base64")}`,
  };

  async function receiveMedia(kind: "image" | "audio" | "video" | "document" | "sticker" | "contacts") {
    const { messageSid } = await send({ kind });
    return { messageSid, url: String(receiver.requests.at(-1)?.params.MediaUrl0) };
  }

  test("404 while it is fresh, then a redirect to another address that wants no credentials", async () => {
    simulator.setChaos({ mediaNotFound: 60_000 });
    const { url } = await receiveMedia("image");
    expect((await fetch(url)).status).toBe(401);
    const fresh = await fetch(url, { headers: basic, redirect: "manual" });
    expect(fresh.status).toBe(404);
    simulator.setClock({ advance: 60_000 });
    const found = await fetch(url, { headers: basic, redirect: "manual" });
    expect(found.status).toBe(307);
    const link = String(found.headers.get("location"));
    expect(link).toMatch(new RegExp(`^${simulator.url}/media-cdn/`));
    expect((await fetch(link, { headers: basic })).status).toBe(400);
    const file = await fetch(link);
    expect([file.status, file.headers.get("content-type")]).toEqual([200, "image/png"]);
    expect(
      Buffer.from(await file.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    simulator.setClock({ advance: 4 * 3_600_000 });
    expect((await fetch(link)).status).toBe(403);
    simulator.setClock({ reset: true });
  });

  test("404 to the first requests for each new file, however quickly they come", async () => {
    simulator.setChaos({ mediaNotFound: 0, mediaRequestsNotFound: 2 });
    const first = await receiveMedia("image");
    const second = await receiveMedia("image");
    simulator.setChaos({ mediaRequestsNotFound: 0 });
    const third = await receiveMedia("image");
    const open = async (url: string) => (await fetch(url, { headers: basic, redirect: "manual" })).status;
    for (const [{ url }, statuses] of [
      [first, [404, 404, 307, 307]],
      [second, [404, 404, 307]],
      [third, [307]],
    ] as const)
      for (const status of statuses) expect(await open(url)).toBe(status);
    expect((await fetch(`${first.url}.json`, { headers: basic })).status, "its description").toBe(200);
  });

  test.each([
    ["audio", "audio/ogg", "OggS"],
    ["video", "video/mp4", "ftyp"],
    ["document", "application/pdf", "%PDF"],
    ["sticker", "image/webp", "RIFF"],
    ["contacts", "text/vcard", "BEGIN:VCARD"],
  ] as const)("%s is a file of %s", async (kind, type, start) => {
    const { url } = await receiveMedia(kind);
    const found = await fetch(url, { headers: basic, redirect: "manual" });
    const file = await fetch(String(found.headers.get("location")));
    expect(file.headers.get("content-type")).toContain(type);
    expect(
      Buffer.from(await file.arrayBuffer())
        .subarray(0, 12)
        .toString("latin1"),
    ).toContain(start);
  });

  test("is listed, fetched and deleted through Twilio's client", async () => {
    const { messageSid } = await receiveMedia("document");
    const media = createTwilioTestClient(simulator).messages(messageSid).media;
    const [item] = await media.list();
    expect(item).toMatchObject({ contentType: "application/pdf", parentSid: messageSid });
    expect((await media(String(item?.sid)).fetch()).sid).toBe(item?.sid);
    expect(await media(String(item?.sid)).remove()).toBe(true);
    expect(await media.list()).toEqual([]);
  });

  test("the sender's own files can be given", async () => {
    await send({
      kind: "image",
      media: [{ contentType: "image/gif", data: Buffer.from("GIF89a").toString("base64") }],
    });
    expect(receiver.requests[0]?.params).toMatchObject({ MediaContentType0: "image/gif", NumMedia: "1" });
  });
});
