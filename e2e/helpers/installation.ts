import { expect, type Locator, type Page } from "@playwright/test";
import { SENTINEL_ACCOUNTS } from "@waystation/twilio-simulator/sentinels";
import type { Simulator } from "@waystation/twilio-simulator/simulator";

export const connectionVerdict = (page: Page): Locator => page.getByRole("region", { name: "Verdict" });

export const eventRows = (page: Page): Locator =>
  page.getByRole("list", { name: "Live events" }).getByRole("listitem");

/** Webhook settings of a sender, as stored in the simulator. */
export function webhookUrlAtTwilio(
  simulator: Simulator,
  address: string,
  accountSid: string = SENTINEL_ACCOUNTS.healthy,
) {
  const account = simulator.listAccounts().find(({ sid }) => sid === accountSid);
  const sender = account?.senders.find((each) => each.address === address);
  if (!sender) throw new Error(`the simulator has no sender ${address}`);
  return sender.webhook;
}

/** Signs out and waits for the reload: the page reloads to clear its memory after it shows the sign-in page. */
export async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `Your account: ${name}` }).click();
  const left = page.waitForEvent("load");
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await left;
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
}
