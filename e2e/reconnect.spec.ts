import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, eventRows, webhookUrlAtTwilio } from "./helpers/installation.ts";
import { wizardStep } from "./helpers/wizard.ts";

test("disconnecting keeps the history, and connecting again goes on with it", async ({
  page,
  setup,
  connect,
  simulator,
  server,
}) => {
  await setup();
  const before = { callback_url: "https://before.example/messages", callback_method: "POST" };
  simulator.setWebhook({
    accountSid: `AC${"a".repeat(32)}`,
    sender: SENTINEL_SENDERS.online,
    url: before.callback_url,
  });
  const { id } = await connect();
  const write = (body: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });

  await test.step("a connection with a history", async () => {
    await page.goto(`/connections/${id}`);
    await write("Before the break");
    await expect(eventRows(page)).toHaveCount(1);
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
  });

  await test.step("disconnecting asks first, puts Twilio's settings back and keeps the history", async () => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Disconnect" }).click();
    const dialog = page.getByRole("dialog", { name: "Disconnect +1 415 555 0100?" });
    await expect(dialog).toContainText("The stored Auth Token and shared keys are erased.");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");

    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Disconnect" }).click();
    await dialog.getByRole("button", { name: "Disconnect" }).click();
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Disconnected");
    await expect(page.getByRole("status").filter({ hasText: "history below" })).toContainText(
      `Twilio sends this sender's messages to ${before.callback_url} again.`,
    );
    await expect(page.getByRole("region", { name: "Twilio account" })).toContainText("erased");
    await expect(eventRows(page)).toContainText("Before the break");
    await expect
      .poll(() => webhookUrlAtTwilio(simulator, SENTINEL_SENDERS.online).callback_url)
      .toBe(before.callback_url);
  });

  await test.step("what still comes is answered and not stored", async () => {
    simulator.setWebhook({
      accountSid: `AC${"a".repeat(32)}`,
      sender: SENTINEL_SENDERS.online,
      url: `${server.url}/api/webhooks/twilio-whatsapp`,
    });
    const { delivery } = await write("During the break");
    expect(delivery?.httpStatus).toBe(200);
    await page.reload();
    await expect(eventRows(page)).toHaveCount(1);
    await expect(eventRows(page)).toContainText("Before the break");
    await page.goto("/connections");
    await expect(page.getByRole("list", { name: "Disconnected connections" })).toContainText(
      "Bar Harbour Ltd",
    );
  });

  await test.step("connecting again leads to the same page, with its history", async () => {
    await page.getByRole("link", { name: /Bar Harbour Ltd/ }).click();
    await page.getByRole("button", { name: "Connect again" }).click();
    await page.getByLabel("Simulated account").selectOption({ label: "Bar Harbour Ltd" });
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(wizardStep(page, "Sender")).toHaveAttribute("aria-current", "step");
    await page.getByRole("radio", { name: "+1 415 555 0100" }).check();
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: "Connect" }).click();

    await expect(page).toHaveURL(new RegExp(`/connections/${id}$`));
    await expect(page.getByRole("status").filter({ hasText: "Connected" })).toContainText(
      "This sender was connected here before: its history is attached again.",
    );
    await expect(eventRows(page)).toContainText("Before the break");
    await write("After the break");
    await expect(eventRows(page)).toHaveCount(2);
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
  });
});
