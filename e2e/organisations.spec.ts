import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { eventRows } from "./helpers/installation.ts";
import { submitCredentials } from "./helpers/wizard.ts";

test("two organisations never see each other", async ({ page, setup, connect, joined, simulator }) => {
  await setup();
  const bakery = await connect();
  const marina = "whatsapp:+14155550120";
  const write = (to: string, body: string) =>
    simulator.sendIncoming({ to, from: "+491511234567", body, wait: true });
  await write(SENTINEL_SENDERS.online, "For the bakery");

  await test.step("an owner makes a second organisation, which starts empty", async () => {
    await page.goto("/");
    await page.getByRole("button", { name: "Organisation: Harbour Bakery" }).click();
    await page.getByRole("menuitem", { name: "New organisation" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Harbour Marina");
    await page.getByRole("button", { name: "Create organisation" }).click();
    await expect(page.getByRole("heading", { name: "Connect Twilio to Harbour Marina" })).toBeVisible();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await expect(page.getByRole("heading", { name: "No webhook has arrived yet" })).toBeVisible();
  });

  const { page: mo } = await joined("admin", { name: "Mo Marina", email: "mo@example.org" });
  await test.step("a sender that the other one holds is refused in neutral words", async () => {
    await mo.goto("/connections/new?mode=test");
    await submitCredentials(mo, {
      accountSid: SENTINEL_ACCOUNTS.healthy,
      authToken: SENTINEL_TOKENS.primary,
    });
    const sender = mo.getByRole("radio", { name: "+1 415 555 0100" });
    await expect(sender, "nothing tells that somebody has it").toBeEnabled();
    await sender.check();
    await mo.getByRole("button", { name: "Continue" }).click();
    await mo.getByRole("button", { name: "Connect" }).click();
    await expect(mo.getByRole("radiogroup", { name: "WhatsApp sender" })).toHaveAccessibleDescription(
      "This sender is connected already. It has to be disconnected there before it can be connected here.",
    );
    await expect(mo.getByText("Harbour Bakery")).toHaveCount(0);
  });

  const own = await connect({ accountSid: SENTINEL_ACCOUNTS.subaccount, sender: marina }, mo);
  await test.step("each list has one's own only, also while webhooks arrive", async () => {
    await mo.goto("/webhooks");
    await expect(mo.getByRole("status", { name: "Live updates: live" })).toBeVisible();
    await write(SENTINEL_SENDERS.online, "Again for the bakery");
    await write(marina, "For the marina");
    await expect(eventRows(mo)).toHaveCount(1);
    await expect(eventRows(mo)).toContainText("For the marina");

    await mo.getByRole("link", { name: "Connections" }).click();
    const connections = mo.getByRole("list", { name: "Active connections" }).getByRole("listitem");
    await expect(connections).toHaveCount(1);
    await expect(connections).toContainText("Bar Harbour Marina");
    await mo.getByRole("link", { name: "Team" }).click();
    await expect(mo.getByRole("table", { name: "Members" }).getByRole("row")).toHaveCount(3);
    await mo.getByRole("link", { name: "Audit log" }).click();
    const log = mo.getByRole("table", { name: "Audit log" });
    await expect(log).toContainText("created the organisation Harbour Marina");
    await expect(log).not.toContainText("Harbour Bakery");
    await expect(log).not.toContainText("+1 415 555 0100");
  });

  await test.step("the address of the other's connection leads nowhere", async () => {
    await mo.goto(`/connections/${bakery.id}`);
    await expect(mo.getByRole("heading", { name: "There is no such page" })).toBeVisible();
    await expect(mo.getByText("For the bakery")).toHaveCount(0);
    const answers = [
      await queryApi(mo, "events.list", { connectionId: bakery.id }),
      await mutateApi(mo, "twilioWhatsApp.check", { connectionId: bakery.id }),
      await mutateApi(mo, "twilioWhatsApp.disconnect", { connectionId: bakery.id }),
    ];
    for (const answer of answers) expect(answer).toMatchObject({ status: 404, reason: "not_found" });
  });

  await test.step("nor can its people be reached, or its organisation be opened", async () => {
    const me = await queryApi<{ organizations: { id: string; name: string }[] }>(page, "session.me");
    const other = me.data.organizations.find(({ name }) => name === "Harbour Bakery")?.id;
    const opened = await mutateApi(mo, "organizations.activate", { organizationId: other });
    expect(opened).toMatchObject({ status: 404, reason: "not_found" });
    await mo.goto("/");
    await mo.getByRole("button", { name: "Organisation: Harbour Marina" }).click();
    await expect(mo.getByRole("menuitem")).toHaveText(["Harbour Marina"]);
    await mo.keyboard.press("Escape");
  });

  await test.step("who belongs to both sees one at a time", async () => {
    await page.goto("/webhooks");
    await expect(eventRows(page)).toHaveCount(1);
    await expect(eventRows(page)).toContainText("For the marina");
    await page.goto(`/connections/${bakery.id}`);
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();

    await page.getByRole("button", { name: "Organisation: Harbour Marina" }).click();
    await page.getByRole("menuitem", { name: "Harbour Bakery" }).click();
    await expect(page.getByRole("button", { name: "Organisation: Harbour Bakery" })).toBeVisible();
    await page.getByRole("link", { name: "Webhooks" }).click();
    await expect(eventRows(page)).toHaveCount(2);
    await expect(page.getByText("For the marina")).toHaveCount(0);
    await page.goto(`/connections/${own.id}`);
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
    await page.goto("/team");
    await expect(page.getByText("Mo Marina")).toHaveCount(0);
  });
});
