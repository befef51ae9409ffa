import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createTestFolder } from "../../apps/server/src/testing/test-files.ts";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TOKENS,
} from "../../packages/twilio-simulator/src/sentinels.ts";
import { createSimulator } from "../../packages/twilio-simulator/src/simulator.ts";
import { makeSender } from "../../packages/twilio-simulator/src/state/seed.ts";
import type { SenderStatus } from "../../packages/twilio-simulator/src/state/types.ts";
import { persistSimulator } from "./persist-simulator.ts";

const HOUR = 3_600_000;
const CUSTOMER = "whatsapp:+491511234567";

async function start(folder: string) {
  const simulator = createSimulator({ pace: 0 });
  const save = persistSimulator(simulator, folder, "http://localhost:3000");
  await simulator.start();
  onTestFinished(() => simulator.stop());
  const receive = async (data: string, name: string) => {
    const media = [{ contentType: "text/plain", data: Buffer.from(data).toString("base64"), name }];
    const { messageSid } = await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: CUSTOMER,
      kind: "document",
      media,
    });
    const [, sid] = /(ME[0-9a-f]{32})/.exec(JSON.stringify(simulator.listMessages())) ?? [];
    return `/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages/${messageSid}/Media/${sid}`;
  };
  const open = (path: string) =>
    fetch(simulator.url + path, {
      headers: { authorization: `Basic ${btoa(`${SENTINEL_ACCOUNTS.healthy}:${SENTINEL_TOKENS.primary}`)}` },
      redirect: "manual",
    }).then(async (answer) => fetch(new URL(answer.headers.get("location") ?? "/nothing", simulator.url)));
  return { simulator, save, receive, open };
}

test("a simulator that is started again has its customers' files, their windows and its clock", async () => {
  using folder = createTestFolder();
  const data = join(folder.path, "data");
  const first = await start(data);
  const path = await first.receive("the first file", "first.txt");
  first.simulator.setClock({ advance: 5 * HOUR });
  first.save();

  const second = await start(data);
  const answer = await second.open(path);
  expect(await answer.text()).toBe("the first file");
  expect(answer.headers.get("content-disposition")).toContain("first.txt");
  expect(second.simulator.readClock().moves).toEqual(first.simulator.readClock().moves);
  expect(second.simulator.memory().windows).toEqual(first.simulator.memory().windows);
  expect(second.simulator.memory().windows).toHaveLength(1);
});

test("it is written down by itself, and what was deleted or reset is forgotten", async () => {
  using folder = createTestFolder();
  const { simulator, receive } = await start(folder.path);
  const files = () => readdirSync(join(folder.path, "simulator-media")).length;
  await receive("a file", "a.txt");
  await expect.poll(() => existsSync(join(folder.path, "simulator-media"))).toBe(true);
  await expect.poll(files).toBe(2);
  simulator.reset();
  await expect.poll(files).toBe(0);
});

test("only the newest files are kept", async () => {
  using folder = createTestFolder();
  const first = await start(folder.path);
  const media = [{ contentType: "text/plain", data: Buffer.from("x").toString("base64") }];
  for (let n = 0; n < 210; n++)
    await first.simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: CUSTOMER,
      kind: "document",
      media,
    });
  const sids = first.simulator.memory().media.map(({ sid }) => sid);
  expect(sids).toHaveLength(210);
  first.save();
  const second = await start(folder.path);
  expect(
    second.simulator
      .memory()
      .media.map(({ sid }) => sid)
      .toSorted(),
  ).toEqual(sids.slice(-200).toSorted());
});

test("what cannot be read is forgotten", async () => {
  using folder = createTestFolder();
  const first = await start(folder.path);
  await first.receive("a file", "a.txt");
  await first.receive("another file", "b.txt");
  first.save();
  const [broken = ""] = readdirSync(join(folder.path, "simulator-media")).filter((name) =>
    name.endsWith(".bin"),
  );
  rmSync(join(folder.path, "simulator-media", broken));
  writeFileSync(join(folder.path, "simulator-state.json"), '{"clock":');
  const second = await start(folder.path);
  expect(second.simulator.memory().media).toHaveLength(1);
  expect(second.simulator.memory().windows).toEqual([]);
  expect(second.simulator.readClock().offset).toBe(0);
});

test("senders and Messaging Services that were created, changed or deleted are the same after a restart", async () => {
  using folder = createTestFolder();
  const data = join(folder.path, "data");
  const first = await start(data);
  const before = first.simulator.listAccounts();
  const call = async (
    { simulator }: typeof first,
    method: string,
    path: string,
    body?: object | URLSearchParams,
  ) => {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(simulator.url + path, {
      method,
      headers: {
        authorization: `Basic ${btoa(`${SENTINEL_ACCOUNTS.healthy}:${SENTINEL_TOKENS.primary}`)}`,
        ...(body && !isForm ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    expect(response.ok, text).toBe(true);
    return (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  };
  const created = await call(first, "POST", "/v2/Channels/Senders", {
    sender_id: "whatsapp:+14155559876",
    profile: { name: "New branch" },
    webhook: { callback_url: "http://localhost:3000/hook" },
  });
  const service = await call(
    first,
    "POST",
    "/v1/Services",
    new URLSearchParams({ FriendlyName: "New service", InboundRequestUrl: "http://localhost:3000/hook" }),
  );
  await call(
    first,
    "POST",
    `/v1/Services/${SENTINEL_SERVICE}`,
    new URLSearchParams({ FriendlyName: "Renamed" }),
  );
  await call(first, "DELETE", `/v2/Channels/Senders/XE${"c".repeat(32)}`);
  await first.simulator.settle();
  const changed = first.simulator.listAccounts();
  expect(changed).not.toEqual(before);
  first.save();

  const second = await start(data);
  expect(second.simulator.listAccounts()).toEqual(changed);
  expect(await call(second, "GET", `/v2/Channels/Senders/${created.sid}`)).toMatchObject({
    sender_id: "whatsapp:+14155559876",
    status: "ONLINE",
    profile: { name: "New branch" },
  });
  expect(await call(second, "GET", `/v1/Services/${service.sid}`)).toMatchObject({
    friendly_name: "New service",
    date_created: service.date_created,
  });
  second.simulator.reset();
  expect(second.simulator.memory().accounts).toEqual([]);
  second.save();
  const third = await start(data);
  expect(third.simulator.listAccounts().map(({ senders }) => senders.length)).toEqual(
    before.map(({ senders }) => senders.length),
  );
});

test("a sender that was being created or updated is online after a restart", async () => {
  const simulator = createSimulator({ pace: 0 });
  const [account] = simulator.listAccounts();
  const sender = (sid: string, status: SenderStatus) => ({
    ...makeSender(sid, `whatsapp:+1415555${sid}`, "Branch"),
    status,
  });
  const senders = [sender("9001", "CREATING"), sender("9002", "ONLINE:UPDATING"), sender("9003", "OFFLINE")];
  simulator.restore({
    clock: [],
    windows: [],
    media: [],
    accounts: [
      { sid: account?.sid ?? "", senders, services: [] },
      { sid: `AC${"12".repeat(16)}`, senders: [], services: [] },
    ],
  });
  const statuses = () => simulator.listAccounts()[0]?.senders.map(({ status }) => status);
  await expect.poll(statuses).toEqual(["ONLINE", "ONLINE", "OFFLINE"]);
  expect(simulator.listAccounts().map(({ sid }) => sid)).not.toContain(`AC${"12".repeat(16)}`);
});
