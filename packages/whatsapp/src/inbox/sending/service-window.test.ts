import { connections } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { createSimulator } from "@waystation/twilio-simulator/simulator";
import { expect, onTestFinished, test } from "vitest";
import { watchTestClock } from "../../connections/simulator-clock.ts";
import { getConversation } from "../get-conversation.ts";
import { createTestInbox } from "../testing.ts";
import { sendMessage } from "./send-message.ts";

const HOUR = 3_600_000;
const PHONE = "whatsapp:+4915112345678";

test.for(testDatabases)("%s: in test mode the window closes by the simulator's clock", async (kind) => {
  const inbox = await createTestInbox(kind);
  await using desk = inbox.desk;
  const { ctx, conversation, hear } = inbox;
  const { simulator } = desk;
  /** Hours until the window closes. Checks that the list and the conversation agree. */
  const left = async () => {
    const { id, windowClosesAt } = await conversation(PHONE);
    expect((await getConversation(ctx, { conversationId: id })).windowClosesAt).toBe(windowClosesAt);
    return Math.round((Date.parse(windowClosesAt ?? "") - Date.now()) / HOUR);
  };
  let count = 0;
  const send = async () =>
    sendMessage(ctx, {
      conversationId: (await conversation(PHONE)).id,
      clientKey: `a-key-${++count}`,
      body: "Hello",
    });

  await hear(PHONE, "Is it open on Sunday?");
  expect(await left()).toBe(24);
  simulator.setClock({ advance: HOUR });
  expect(await left()).toBe(23);
  await send();
  simulator.setClock({ advance: 24 * HOUR });
  expect(await left()).toBe(-1);
  await expect(send()).rejects.toMatchObject({ reason: "window_closed" });

  await hear(PHONE, "And on Monday?");
  expect(await left(), "24 hours from a message after the clock was moved").toBe(24);
  await send();
  simulator.setClock({ reset: true });
  expect(await left(), "as at the simulator: its clock has to come there again").toBe(49);
  simulator.setClock({ set: new Date(Date.now() + 50 * HOUR).toISOString() });
  await expect(send()).rejects.toMatchObject({ reason: "window_closed" });

  await ctx.installation.db.update(connections).set({ mode: "live" });
  expect(await left(), "real customers live by the real time").toBe(24);
  await send();
});

test.for(testDatabases)("%s: a simulator that is started again, or away, keeps its time", async (kind) => {
  const inbox = await createTestInbox(kind);
  await using desk = inbox.desk;
  const { ctx, connectionId, conversation, hear } = inbox;
  const closes = async () => Date.parse((await conversation(PHONE)).windowClosesAt ?? "");
  const first = desk.simulator;
  await hear(PHONE, "Hello");
  first.setClock({ advance: 30 * HOUR });
  const closedAt = await closes();
  expect(closedAt).toBeLessThan(Date.now());

  await first.stop();
  expect(await closes(), "away").toBe(closedAt);
  const second = createSimulator({ pace: 0 });
  second.restore(first.memory());
  await second.start(Number(new URL(first.url).port));
  onTestFinished(() => second.stop());
  expect(await closes(), "started again").toBe(closedAt);
  expect(second.memory().windows).toEqual(first.memory().windows);
  expect(second.readClock().offset).toBe(first.readClock().offset);

  const told: string[][] = [];
  const over = new AbortController();
  onTestFinished(() => over.abort());
  void (async () => {
    for await (const { connectionIds } of ctx.feed.subscribe(ctx.organizationId, over.signal))
      told.push([...connectionIds]);
  })();
  onTestFinished(watchTestClock(desk.platform));
  second.setClock({ advance: -30 * HOUR });
  await expect.poll(() => told, { timeout: 15_000 }).toEqual([[connectionId]]);
  await expect.poll(closes, { timeout: 15_000 }).toBeGreaterThan(Date.now());
});
