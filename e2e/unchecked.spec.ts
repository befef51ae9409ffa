import { SENTINEL_ACCOUNTS, sentinelTokenOf } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict } from "./helpers/installation.ts";
import { submitCredentials, wizardStep } from "./helpers/wizard.ts";

const whole = (accountSid: string) => ({ accountSid, authToken: sentinelTokenOf(accountSid) });
const SENDER = "whatsapp:+14155550172";

test("a sender that Twilio does not list is typed, connected and proven by its first message", async ({
  page,
  setup,
  server,
  simulator,
}) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, whole(SENTINEL_ACCOUNTS.sendersForbidden));

  await test.step("the wizard says what could not be checked, and goes on", async () => {
    const sender = wizardStep(page, "Sender");
    await expect(sender).toHaveAttribute("aria-current", "step");
    await expect(sender).toContainText("Could not be checked");
    await expect(sender).toContainText(
      "The list of WhatsApp senders could not be read: Twilio answered 403, so these credentials may not read it.",
    );
  });

  await test.step("what is typed is checked", async () => {
    const typed = page.getByLabel("Another sender");
    await typed.fill("0415 555 0172");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(typed).toHaveAccessibleDescription(/Type a WhatsApp number with \+ and the country code/);
    await typed.fill("+1 (415) 555-0172");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(wizardStep(page, "Webhook")).toHaveAttribute("aria-current", "step");
    await expect(
      page.getByText("Twilio did not list this sender, so its webhook cannot be set"),
    ).toBeVisible();
  });

  await test.step("it is connected, and the page says what is not known", async () => {
    await page.getByRole("button", { name: "Connect" }).click();
    await expect(page.getByText("Nothing was changed at Twilio. Paste this webhook URL there")).toBeVisible();
    await expect(page.getByText("Could not be checked at Twilio")).toBeVisible();
    await expect(connectionVerdict(page)).toContainText("The first message will prove it.");
  });

  await test.step("the first message proves it", async () => {
    simulator.setWebhook({
      accountSid: SENTINEL_ACCOUNTS.sendersForbidden,
      sender: SENDER,
      url: `${server.url}/api/webhooks/twilio-whatsapp`,
    });
    await simulator.sendIncoming({ to: SENDER, from: "+15005550001", body: "Hello" });
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
  });
});

test("an account of which Twilio says nearly nothing is connected", async ({ page, setup }) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, whole(SENTINEL_ACCOUNTS.nulls));
  const credentials = wizardStep(page, "Credentials");
  await expect(credentials).toContainText(
    "Twilio's response does not say the account's name, status, type and owner.",
  );
  await expect(page.getByRole("radio", { name: "+1 415 555 0175" })).toBeChecked();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Needs attention");
});
