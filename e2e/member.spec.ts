import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { pressTabUntilFocused } from "./helpers/keyboard.ts";

const ask = "Ask one of them.";

test("a member sees everything and connects nothing", async ({ page: ownerPage, setup, connect, joined }) => {
  await setup();
  const { page } = await joined("member");

  await test.step("on an empty desk, the way in is disabled with the reason", async () => {
    await page.goto("/");
    const way = page.getByRole("button", { name: "Connect Twilio" });
    await expect(way).toBeDisabled();
    await expect(way).toHaveAccessibleDescription(
      `Only owners and admins can connect a Twilio account. ${ask}`,
    );
    await pressTabUntilFocused(page, way);
    await expect(page.getByRole("tooltip")).toContainText("Only owners and admins");
    await way.press("Enter");
    await expect(page).toHaveURL(/\/$/);
    await page.getByRole("link", { name: "Connections" }).click();
    await expect(page.getByRole("button", { name: "Connect Twilio" })).toHaveAccessibleDescription(
      `Only owners and admins can connect a sender. ${ask}`,
    );
  });

  await test.step("the wizard, called directly, says why and shows no form", async () => {
    await page.goto("/connections/new?mode=test");
    await expect(page.getByText(`Only owners and admins can connect a sender. ${ask}`)).toBeVisible();
    await expect(page.getByLabel("Account SID")).toHaveCount(0);
    await page.getByRole("link", { name: "Back to the connections" }).click();
    await expect(page).toHaveURL(/\/connections$/);
  });

  const { id } = await connect();
  await test.step("a connection can be watched, not changed", async () => {
    await page.goto(`/connections/${id}`);
    await expect(page.getByRole("heading", { name: "Bar Harbour Ltd" })).toBeVisible();
    const check = page.getByRole("button", { name: "Check now" });
    await expect(check).toBeDisabled();
    await expect(check).toHaveAccessibleDescription(/Only owners and admins/);
    await page.getByRole("button", { name: "More actions" }).click();
    await expect(page.getByRole("menuitem", { name: "Disconnect" })).toBeDisabled();
    await expect(page.getByText(`Only owners and admins can do this. ${ask}`).last()).toBeVisible();
    await page.keyboard.press("Escape");
  });

  await test.step("the team can be seen, not changed, and the audit log not read", async () => {
    await page.goto("/team");
    await expect(page.getByRole("row", { name: "Ada Owner" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Invite" })).toHaveAccessibleDescription(
      `Only owners and admins can invite people. ${ask}`,
    );
    await expect(page.getByRole("button", { name: "Remove Ada Owner" })).toBeDisabled();
    await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
    await page.goto("/audit");
    await expect(page.getByText(`Only owners and admins can read the audit log. ${ask}`)).toBeVisible();
  });

  await test.step("the API refuses too", async () => {
    const credentials = {
      mode: "test",
      accountSid: SENTINEL_ACCOUNTS.healthy,
      authToken: SENTINEL_TOKENS.primary,
    };
    const rejections = [
      await mutateApi(page, "twilioWhatsApp.verify", credentials),
      await mutateApi(page, "twilioWhatsApp.connect", { ...credentials, sender: SENTINEL_SENDERS.inService }),
      await mutateApi(page, "twilioWhatsApp.disconnect", { connectionId: id }),
      await mutateApi(page, "twilioWhatsApp.check", { connectionId: id }),
      await queryApi(page, "twilioWhatsApp.testCredentials"),
      await mutateApi(page, "team.invite", { email: "more@example.org", role: "member" }),
      await queryApi(page, "audit.list", {}),
    ];
    for (const refusal of rejections) expect(refusal).toMatchObject({ status: 403, reason: "not_allowed" });
    const status = await queryApi<{ id: string; isActive: boolean }[]>(page, "twilioWhatsApp.status");
    expect(status.data).toMatchObject([{ id, isActive: true }]);
  });

  await test.step("made an admin, the same person may", async () => {
    await ownerPage.goto("/team");
    await ownerPage.getByLabel("Role of Mia Member").selectOption("Admin");
    await expect(ownerPage.getByText("Mia Member is now admin.")).toBeVisible();
    await page.goto("/connections/new?mode=test");
    await expect(page.getByLabel("Account SID")).toBeVisible();
  });

  await test.step("an open page follows the role, up and down, without being loaded again", async () => {
    await page.goto("/audit");
    await expect(page.getByRole("table", { name: "Audit log" })).toBeVisible();
    await page.evaluate("globalThis.isTheSamePage = true");
    await ownerPage.getByLabel("Role of Mia Member").selectOption("Member");
    await expect(page.getByText("Only owners and admins can read the audit log.")).toBeVisible();
    await expect(page.getByRole("link", { name: "Audit log" })).toHaveCount(0);
    await ownerPage.getByLabel("Role of Mia Member").selectOption("Admin");
    await expect(page.getByRole("table", { name: "Audit log" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Audit log" })).toBeVisible();
    expect(await page.evaluate("globalThis.isTheSamePage")).toBe(true);
  });

  await test.step("a member leaves by themselves", async () => {
    await ownerPage.getByLabel("Role of Mia Member").selectOption("Member");
    await page.goto("/team");
    await expect(page.getByRole("button", { name: "Remove Ada Owner" })).toBeDisabled();
    await page.getByRole("button", { name: "Leave the organisation" }).click();
    const dialog = page.getByRole("dialog", { name: "Leave Harbour Bakery?" });
    await dialog.getByRole("button", { name: "Leave" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(ownerPage.getByText("Mia Member", { exact: true }), "gone there too").toHaveCount(0);
  });
});
