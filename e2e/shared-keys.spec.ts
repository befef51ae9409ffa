import AxeBuilder from "@axe-core/playwright";
import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, eventRows } from "./helpers/installation.ts";

test("webhooks that a shared key signs are rejected and explained, until an admin adds the key", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
  visitor,
  canary,
}) => {
  await setup();
  const { id } = await connect();
  const member = (await joined("member")).page;
  await page.goto(`/connections/${id}`);
  await expect(page.getByRole("status", { name: "Live updates: live" })).toBeVisible();
  const card = page.getByRole("region", { name: "Shared keys" });
  await expect(card).toContainText("Twilio signs this connection's webhooks with the Auth Token");
  const write = (body: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });
  const signing = () =>
    simulator
      .listAccounts()
      .find(({ sid }) => sid === SENTINEL_ACCOUNTS.healthy)
      ?.sharedKeys.find(({ inUse }) => inUse);

  await test.step("somebody makes a Webhook Rule on the simulator's page", async () => {
    await write("Before the rule");
    await expect(eventRows(page)).toHaveCount(1);
    const twilio = await visitor();
    await twilio.goto(simulator.url);
    await twilio.getByRole("button", { name: "Sign with a shared key" }).click();
    await expect(twilio.getByRole("button", { name: "Copy Key ID" })).toBeVisible();
    const { violations } = await new AxeBuilder({ page: twilio }).include(".signing").analyze();
    expect(violations).toEqual([]);
  });
  const key = signing();
  if (!key) throw new Error("no shared key is in use");
  canary.plant(key.secret);

  await test.step("the next message is rejected, and the page says why and what to do", async () => {
    expect((await write("With the rule")).delivery).toMatchObject({
      attempts: [{ status: 401 }],
      sharedKey: { id: key.id },
    });
    await expect(connectionVerdict(page)).toContainText(`a shared key that is not stored here (${key.id})`);
    await page.getByRole("link", { name: "See why" }).click();
    await expect(eventRows(page)).toHaveCount(1);
    await eventRows(page).getByRole("button").click();
    const drawer = page.getByRole("dialog");
    await expect(drawer).toContainText(`signed with the shared key ${key.id}, which is not stored here`);
    await drawer.getByRole("button", { name: "Close" }).click();
    await expect(drawer).toHaveCount(0);
  });

  await test.step("a member sees it, and cannot add the key", async () => {
    await member.goto(`/connections/${id}`);
    const theirs = member.getByRole("region", { name: "Shared keys" });
    const add = theirs.getByRole("button", { name: "Add a shared key" });
    await expect(add).toHaveAttribute("aria-disabled", "true");
    await expect(add).toHaveAccessibleDescription(
      "Only owners and admins can manage shared keys. Ask one of them.",
    );
    await add.click({ force: true });
    await expect(member.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("an admin adds the key: what is wrong is said beside the field", async () => {
    await connectionVerdict(page).getByRole("button", { name: "Add the shared key" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a shared key" });
    await expect(dialog.getByLabel("Key ID")).toHaveValue(key.id);
    const secret = dialog.getByLabel("Secret", { exact: true });
    await expect(secret).toBeFocused();
    await dialog.getByRole("button", { name: "Add the key" }).click();
    await expect(dialog).toContainText("This is too short for the secret of a shared key.");
    await dialog.getByLabel("Key ID").fill("webhooks_setting_01k");
    await dialog.getByRole("button", { name: "Add the key" }).click();
    await expect(dialog).toContainText("The ID of a shared key begins with webhooks_sharedkey_.");
    await dialog.getByLabel("Key ID").fill(key.id);
    await secret.fill(key.secret);
    await expect(dialog.getByRole("radio", { name: "HMAC-SHA256" })).toBeChecked();
    await dialog.getByRole("button", { name: "Add the key" }).click();
    await expect(dialog).toHaveCount(0);
    const row = card.getByRole("row").filter({ hasText: `…${key.secret.slice(-4)}` });
    await expect(row).toContainText("HMAC-SHA256");
    await expect(row).toContainText("by Ada Owner");
    await expect(member.getByRole("region", { name: "Shared keys" })).toContainText(
      `…${key.secret.slice(-4)}`,
    );
  });

  await test.step("the same key is not added twice", async () => {
    await card.getByRole("button", { name: "Add a shared key" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a shared key" });
    await dialog.getByLabel("Key ID").fill(key.id);
    await dialog.getByLabel("Secret", { exact: true }).fill(key.secret);
    await dialog.getByRole("button", { name: "Add the key" }).click();
    await expect(dialog).toContainText("has a shared key with this ID already");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await expect(dialog).toHaveCount(0);
  });

  await test.step("the next message arrives", async () => {
    expect((await write("With the key")).delivery).toMatchObject({ attempts: [{ status: 200 }] });
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
  });

  await test.step("without the key its webhooks are rejected again", async () => {
    await card
      .getByRole("button", { name: `Remove the shared key ending in ${key.secret.slice(-4)}` })
      .click();
    const question = page.getByRole("dialog", { name: "Remove this shared key?" });
    await expect(question).toContainText(key.id);
    await question.getByRole("button", { name: "Remove the key" }).click();
    await expect(question).toHaveCount(0);
    await expect(card).toContainText("No shared keys");
    expect((await write("Without the key")).delivery).toMatchObject({ attempts: [{ status: 401 }] });
    await expect(connectionVerdict(page)).toContainText("a shared key that is not stored here");
  });

  await test.step("the palette leads to the form", async () => {
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("dialog").getByRole("button", { name: "Add a shared key" }).click();
    await expect(page.getByRole("dialog", { name: "Add a shared key" })).toBeVisible();
  });
});
