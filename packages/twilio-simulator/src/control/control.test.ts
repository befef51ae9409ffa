import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "../sentinels.ts";
import type { Simulator } from "../simulator.ts";
import { startSimulator, startWebhookReceiver } from "../testing.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.stop());

const get = async (path: string) =>
  (await fetch(`${simulator.url}/simulator${path}`)).json() as Promise<Record<string, unknown>>;
const post = (path: string, body: unknown = {}) =>
  fetch(`${simulator.url}/simulator${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

test("accounts come with their test credentials", async () => {
  const { accounts, url } = await get("/accounts");
  expect(url).toBe(simulator.url);
  expect((accounts as unknown[])[0]).toMatchObject({
    sid: SENTINEL_ACCOUNTS.healthy,
    token: SENTINEL_TOKENS.primary,
    secondaryToken: SENTINEL_TOKENS.secondary,
    friendlyName: "Bar Harbour Ltd",
    senders: [{ address: SENTINEL_SENDERS.online }, {}, {}, {}],
  });
  expect((accounts as { sid: string }[]).map(({ sid }) => sid).sort()).toEqual(
    Object.values(SENTINEL_ACCOUNTS).sort(),
  );
});

test("the sentinels have the names that the page reads", async () => {
  const sentinels = await get("/sentinels");
  expect(Object.keys(sentinels).toSorted()).toEqual([
    "ACCOUNTS",
    "API_KEYS",
    "CREATE_ENDINGS",
    "FAILING_ENDINGS",
    "REFUSED_ENDINGS",
    "SENDERS",
    "SERVICE",
    "TEMPLATES",
    "TOKENS",
    "VERIFIED_TRIAL_RECIPIENT",
  ]);
  expect(sentinels.SENDERS).toEqual(SENTINEL_SENDERS);
});

test("a fresh account works from the first call", async () => {
  const made = await post("/accounts", { friendlyName: "Fresh Ltd", senders: 2 });
  expect(made.status).toBe(201);
  const account = (await made.json()) as { sid: string; token: string; senders: { address: string }[] };
  expect(account).toMatchObject({
    sid: expect.stringMatching(/^AC[0-9a-f]{32}$/),
    token: expect.stringMatching(/^[0-9a-f]{32}$/),
    senders: [{}, {}],
  });
  await using receiver = await startWebhookReceiver();
  await post("/webhook", { accountSid: account.sid, sender: account.senders[1]?.address, url: receiver.url });
  const sent = await post("/incoming", {
    to: account.senders[1]?.address,
    from: "+15005550001",
    body: "Hello",
    wait: true,
  });
  expect(await sent.json()).toMatchObject({
    accountSid: account.sid,
    delivery: {
      httpStatus: 200,
      state: "delivered",
      params: { Body: "Hello" },
      signature: expect.any(String),
    },
  });
  expect(await get(`/deliveries?accountSid=${account.sid}`)).toMatchObject({
    deliveries: [
      { url: receiver.url, attempts: [{ status: 200 }], headers: { "User-Agent": "TwilioProxy/1.1" } },
    ],
  });
  expect(await get(`/messages?accountSid=${account.sid}`)).toMatchObject({
    messages: [{ body: "Hello", direction: "inbound" }],
  });
});

describe("what is wrong is said", () => {
  test.each([
    ["/incoming", { to: SENTINEL_SENDERS.online }, "to and from are required"],
    ["/incoming", { to: SENTINEL_SENDERS.online, from: "+1", kind: "carrier pigeon" }, "kind is one of"],
    ["/incoming", { to: "whatsapp:+10000000000", from: "+1" }, "no account has the sender"],
    ["/webhook", { accountSid: "AC0" }, "no account AC0"],
    ["/chaos", { duplicates: 7 }, "duplicates is a share"],
    ["/chaos", { mediaRequestsNotFound: 1.5 }, "mediaRequestsNotFound is a whole number"],
    ["/chaos", { mediaRequestsNotFound: -1 }, "mediaRequestsNotFound is a whole number"],
    ["/chaos", { mediaRequestsNotFound: "1" }, "mediaRequestsNotFound is a whole number"],
    ["/chaos", { weather: 1 }, 'no setting "weather"'],
    ["/clock", { set: "soon" }, "set is a date"],
    ["/tokens/promote", { accountSid: SENTINEL_ACCOUNTS.trial }, "has no secondary token"],
  ])("%s %j", async (path, body, error) => {
    const answer = await post(path, body);
    expect([answer.status, await answer.json()]).toEqual([400, { error: expect.stringContaining(error) }]);
  });

  test("a form instead of JSON is not read", async () => {
    const answer = await fetch(`${simulator.url}/simulator/incoming`, {
      method: "POST",
      body: new URLSearchParams({ to: SENTINEL_SENDERS.online, from: "+1" }),
    });
    expect(answer.status).toBe(400);
  });
});

test("clock, tokens, chaos, reset", async () => {
  const before = (await get("/clock")) as { now: string };
  const after = (await (await post("/clock", { advance: 3_600_000 })).json()) as {
    now: string;
    offset: number;
  };
  expect(Date.parse(after.now) - Date.parse(before.now)).toBeGreaterThanOrEqual(3_600_000);
  expect(
    await (await post("/tokens/promote", { accountSid: SENTINEL_ACCOUNTS.healthy })).json(),
  ).toMatchObject({
    token: SENTINEL_TOKENS.secondary,
    secondaryToken: null,
  });
  expect(await (await post("/chaos", { duplicates: 0.5, callbackFirst: true })).json()).toMatchObject({
    duplicates: 0.5,
    callbackFirst: true,
  });
  expect((await post("/reset")).status).toBe(204);
  expect(await get("/chaos")).toMatchObject({ duplicates: 0, callbackFirst: false });
  expect(simulator.listAccounts()[0]?.token).toBe(SENTINEL_TOKENS.primary);
  expect(simulator.readClock().offset).toBe(0);
});

test("the event stream tells what happens", async () => {
  const stop = new AbortController();
  const stream = await fetch(`${simulator.url}/simulator/events`, { signal: stop.signal });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  await post("/incoming", { to: SENTINEL_SENDERS.online, from: "+15005550001", body: "live" });
  let text = "";
  while (!text.includes('"body":"live"')) text += (await reader?.read())?.value ?? "";
  expect(text).toContain("event: message\n");
  stop.abort();
});

test("waitForDelivery finds past and future webhooks", async () => {
  await using receiver = await startWebhookReceiver();
  simulator.setWebhook({
    accountSid: SENTINEL_ACCOUNTS.healthy,
    sender: SENTINEL_SENDERS.online,
    url: receiver.url,
  });
  const coming = simulator.waitForDelivery(({ params }) => params.Body === "future");
  await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+15005550001", body: "future" });
  expect((await coming).state).toBe("delivered");
  expect((await simulator.waitForDelivery(({ params }) => params.Body === "future")).id).toBe(
    (await coming).id,
  );
});
