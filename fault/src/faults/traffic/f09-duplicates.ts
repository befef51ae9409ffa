import type { Fault, FaultFinding } from "../../fault.ts";
import { FAULT_CONTACTS, type FaultWebhook, incomingWebhook, statusCallback } from "../../fixtures.ts";
import type { FaultInstallationOptions, TestBed } from "../../test-bed.ts";

const LANES = 64;

export const duplicateWebhooks: Fault = {
  id: "F9",
  title: "the same webhooks again and again, shuffled, to two servers",
  isInSlice: true,
  run: (lab) => storm(lab, lab.isWhole ? lab.rate(10_000) : 400, 20),
};

/** Without unique keys, nothing prevents duplicates. */
export const missingUniqueKey: Fault = {
  id: "F9n",
  title: "no unique key, and the same webhooks again and again",
  isControl: true,
  isInSlice: true,
  run: (lab) =>
    storm(lab, 100, 10, {
      prepare: ["drop index webhook_event_keys_once", "drop index webhook_event_keys_once_word"],
    }),
};

async function storm(
  lab: TestBed,
  keys: number,
  copies: number,
  options: FaultInstallationOptions = {},
): Promise<FaultFinding> {
  await using desk = await lab.open({ servers: 2, ...options });
  const [account] = desk.accounts;
  const webhooks = Array.from({ length: keys }, (_, number) =>
    number % 5 < 2
      ? incomingWebhook(account, number, number % FAULT_CONTACTS)
      : statusCallback(account, number % 4_000, STATUSES[Math.floor(number / 4_000)] ?? "sent"),
  );
  const posts = shuffled(Array.from({ length: copies }, () => webhooks).flat());
  const send = async () => {
    for (let next = posts.pop(); next; next = posts.pop()) await desk.load.deliver(next);
  };
  await Promise.all(Array.from({ length: LANES }, send));
  const distinct = desk.load.sent.size;
  const { acknowledged, events, problems } = await desk.check();
  if (events !== distinct) problems.push(`${events} stored instead of ${distinct}`);
  const collisions = desk.servers.filter((server) => /deadlock|40P01/.test(server.log())).length;
  return {
    counts: {
      posts: desk.load.answers.length,
      keys: distinct,
      acknowledged,
      stored: events,
      "servers that saw a deadlock": collisions,
    },
    problems: [...problems, ...desk.crashes(), ...desk.unexpected()],
  };
}

const STATUSES = ["sent", "delivered", "read"] as const;

function shuffled(webhooks: FaultWebhook[]): FaultWebhook[] {
  for (let index = webhooks.length - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * (index + 1));
    [webhooks[index], webhooks[other]] = [webhooks[other] as FaultWebhook, webhooks[index] as FaultWebhook];
  }
  return webhooks;
}
