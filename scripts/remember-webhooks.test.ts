import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createTestFolder } from "../apps/server/src/testing.ts";
import { ACCOUNTS, SENDERS, SERVICE } from "../packages/twilio-simulator/src/sentinels.ts";
import { createSimulator } from "../packages/twilio-simulator/src/simulator.ts";
import { rememberWebhooks } from "./remember-webhooks.ts";

test("a simulator that is started again calls the same webhooks", () => {
  using folder = createTestFolder();
  const file = join(folder.path, "data", "simulator.json");
  const url = "http://localhost:3000/api/webhooks/twilio-whatsapp";
  const first = createSimulator();
  rememberWebhooks(first, file);
  first.setWebhook({ accountSid: ACCOUNTS.healthy, sender: SENDERS.online, url, statusUrl: `${url}/s` });
  first.setWebhook({ accountSid: ACCOUNTS.healthy, service: SERVICE, url, useSenderWebhook: true });
  const made = first.createAccount();
  first.setWebhook({ accountSid: made.sid, url });

  const second = createSimulator();
  rememberWebhooks(second, file);
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
  rememberWebhooks(simulator, file);
  expect(simulator.listAccounts()).toEqual(fresh);
});
