import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestFolder } from "../../apps/server/src/testing/test-files.ts";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
} from "../../packages/twilio-simulator/src/sentinels.ts";
import { createSimulator } from "../../packages/twilio-simulator/src/simulator.ts";
import { persistWebhooks } from "./persist-webhooks.ts";

test("a simulator that is started again calls the same webhooks", () => {
  using folder = createTestFolder();
  const file = join(folder.path, "data", "simulator.json");
  const url = "http://localhost:3000/api/webhooks/twilio-whatsapp";
  const first = createSimulator();
  persistWebhooks(first, file, "http://localhost:3000");
  first.setWebhook({
    accountSid: SENTINEL_ACCOUNTS.healthy,
    sender: SENTINEL_SENDERS.online,
    url,
    statusUrl: `${url}/s`,
  });
  first.setWebhook({
    accountSid: SENTINEL_ACCOUNTS.healthy,
    service: SENTINEL_SERVICE,
    url,
    useSenderWebhook: true,
  });
  const made = first.createAccount();
  first.setWebhook({ accountSid: made.sid, url });

  const second = createSimulator();
  persistWebhooks(second, file, "http://localhost:3000");
  const [before, after] = [first, second].map((simulator) =>
    simulator.listAccounts().filter(({ sid }) => sid !== made.sid),
  );
  expect(after).toEqual(before);
  expect(JSON.stringify(after)).toContain(`"callback_url":"${url}"`);
  expect(JSON.stringify(after)).toContain(`"inboundRequestUrl":"${url}"`);
});

test("what cannot be read is forgotten", () => {
  using folder = createTestFolder();
  const file = join(folder.path, "simulator.json");
  writeFileSync(file, '[{"accountSid":');
  const simulator = createSimulator();
  const fresh = simulator.listAccounts();
  persistWebhooks(simulator, file, "http://localhost:3000");
  expect(simulator.listAccounts()).toEqual(fresh);
});

test("a server that is started again at another port is called there, and others stay", () => {
  using folder = createTestFolder();
  const file = join(folder.path, "simulator.json");
  const path = "/api/webhooks/twilio-whatsapp#rc=5&rp=ct,rt,5xx";
  const start = (publicUrl: string) => {
    const simulator = createSimulator();
    persistWebhooks(simulator, file, publicUrl);
    return simulator;
  };
  const senderOf = (simulator: ReturnType<typeof createSimulator>) =>
    simulator
      .listAccounts()
      .find(({ sid }) => sid === SENTINEL_ACCOUNTS.healthy)
      ?.senders.find(({ address }) => address === SENTINEL_SENDERS.online)?.webhook;
  start("http://localhost:3000").setWebhook({
    accountSid: SENTINEL_ACCOUNTS.healthy,
    sender: SENTINEL_SENDERS.online,
    url: `http://localhost:3000${path}`,
    statusUrl: "http://localhost:30001/elsewhere",
  });
  for (const port of [3002, 3005, 3000])
    expect(senderOf(start(`http://localhost:${port}`))).toMatchObject({
      callback_url: `http://localhost:${port}${path}`,
      status_callback_url: "http://localhost:30001/elsewhere",
    });
  writeFileSync(
    file,
    JSON.stringify([
      {
        accountSid: SENTINEL_ACCOUNTS.healthy,
        sender: SENTINEL_SENDERS.online,
        url: `http://localhost:3000${path}`,
      },
    ]),
  );
  expect(senderOf(start("http://localhost:3007"))?.callback_url, "of an earlier version").toBe(
    `http://localhost:3007${path}`,
  );
});
