import type { Fault, FaultFinding } from "../../fault.ts";
import { FAULT_CONTACTS, incomingWebhook, statusCallback } from "../../fixtures.ts";
import type { FaultInstallationOptions, TestBed } from "../../test-bed.ts";

export const sameIdsAcrossAccounts: Fault = {
  id: "F21b",
  title: "three accounts that use the same message ids",
  isInSlice: true,
  run: (lab) => sendSame(lab),
};

/** A unique key without the account: the second account's message is taken for a duplicate of the first one's. */
export const unscopedKey: Fault = {
  id: "F21n",
  title: "a key without its account, and accounts that use the same message ids",
  isControl: true,
  isInSlice: true,
  run: (lab) =>
    sendSame(lab, {
      prepare: [
        "drop index webhook_event_keys_once",
        "create unique index webhook_event_keys_once on webhook_event_keys (sid, step) where word is null",
      ],
    }),
};

async function sendSame(lab: TestBed, options: FaultInstallationOptions = {}): Promise<FaultFinding> {
  await using desk = await lab.open(options);
  const deliveries = desk.accounts.flatMap((account) =>
    Array.from({ length: 200 }, (_, number) =>
      desk.load.deliver(
        number % 2
          ? incomingWebhook(account, number, number % FAULT_CONTACTS)
          : statusCallback(account, number, "sent"),
      ),
    ),
  );
  await Promise.all(deliveries);
  const { acknowledged, events, problems } = await desk.check();
  return { counts: { acknowledged, stored: events }, problems: [...problems, ...desk.unexpected()] };
}
