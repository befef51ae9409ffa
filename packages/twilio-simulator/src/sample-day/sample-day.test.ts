import { expect, test } from "vitest";
import {
  CREATE_ERROR_ENDINGS,
  FAILED_RECIPIENT_ENDINGS,
  REJECTED_RECIPIENT_ENDINGS,
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
} from "../sentinels.ts";
import { createRandom } from "../state/random.ts";
import { startSimulator, startWebhookReceiver } from "../testing.ts";
import { incomingKinds } from "../webhooks/incoming-params.ts";
import { composeSampleDay, SAMPLE_DAY_MS } from "./compose-day.ts";

test("a day has two hundred customers and every kind of message, in the order of time", () => {
  const day = composeSampleDay(createRandom("x"));
  expect(new Set(day.map(({ input }) => input.from)).size).toBe(200);
  expect(
    incomingKinds.filter((kind) => kind !== "unknown" && !day.some(({ input }) => input.kind === kind)),
  ).toEqual([]);
  expect(day.map(({ at }) => at)).toEqual(day.map(({ at }) => at).sort((one, other) => one - other));
  expect(day.at(-1)?.at).toBeLessThanOrEqual(SAMPLE_DAY_MS);
  expect(day.some(({ input }) => /\{\w+\}/.test(input.body ?? ""))).toBe(false);
});

test("the same seed makes the same day, another one another", () => {
  expect(composeSampleDay(createRandom("x"))).toEqual(composeSampleDay(createRandom("x")));
  expect(composeSampleDay(createRandom("x"))).not.toEqual(composeSampleDay(createRandom("y")));
});

test("no customer's number is a sentinel", () => {
  const endings = [
    ...Object.keys(REJECTED_RECIPIENT_ENDINGS),
    ...Object.keys(FAILED_RECIPIENT_ENDINGS),
    ...Object.values(CREATE_ERROR_ENDINGS),
  ];
  const numbers = composeSampleDay(createRandom("x"), 1000).map(({ input }) => input.from);
  expect(numbers.filter((number) => endings.some((ending) => number.endsWith(ending)))).toEqual([]);
});

test("playing it delivers every message once, tells its progress, and can be stopped", async () => {
  await using simulator = await startSimulator();
  await using receiver = await startWebhookReceiver();
  simulator.setWebhook({
    accountSid: SENTINEL_ACCOUNTS.healthy,
    sender: SENTINEL_SENDERS.online,
    url: receiver.url,
  });
  const finished = new Promise<void>((resolve) =>
    simulator.subscribe(
      ({ type, data }) => type === "sample-day" && !(data as { running: boolean }).running && resolve(),
    ),
  );
  const { total } = simulator.playSampleDay({ customers: 20, speed: 1e9 });
  await finished;
  await simulator.settle();
  expect(simulator.sampleDay()).toMatchObject({ running: false, sent: total, delivered: total, failed: 0 });
  expect(new Set(receiver.requests.map(({ params }) => params.MessageSid)).size).toBe(total);

  expect(simulator.playSampleDay({ speed: 0.001 })).toMatchObject({ running: true, sent: 0 });
  expect(simulator.playSampleDay({ speed: 0.002 })).toMatchObject({ running: true, speed: 0.002 });
  expect(simulator.stopSampleDay().running).toBe(false);
  expect(() => simulator.playSampleDay({ speed: -1 })).toThrow("speed is a number above 0");
});
