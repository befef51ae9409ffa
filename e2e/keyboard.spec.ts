import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, eventRows } from "./helpers/installation.ts";
import { pressTabUntilFocused } from "./helpers/keyboard.ts";
import { wizardField } from "./helpers/wizard.ts";

test("the desk can be used without a mouse", async ({ page, setup, simulator }) => {
  await setup();
  const { keyboard } = page;
  const press = async (name: string, role: "button" | "link" | "radio" = "button") => {
    await pressTabUntilFocused(page, page.getByRole(role, { name, exact: true }).first());
    await keyboard.press(role === "radio" ? "Space" : "Enter");
  };

  await test.step("the first stop skips the navigation", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
    await keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeInViewport();
    await keyboard.press("Enter");
    await pressTabUntilFocused(page, page.getByRole("button", { name: "Theme" }));
    await expect(page.getByRole("link", { name: "Webhooks" }), "the rail was skipped").not.toBeFocused();
  });

  await test.step("after a move the focus is at the new heading", async () => {
    await page.reload();
    await press("Connections", "link");
    await expect(page.getByRole("heading", { name: "Connections", level: 1 })).toBeFocused();
    await press("Connect Twilio");
    await expect(page.getByRole("heading", { name: "Connect Twilio", level: 1 })).toBeVisible();
  });

  await test.step("the wizard, from the first field to the connection", async () => {
    await press("Use the simulator");
    await pressTabUntilFocused(page, wizardField(page, "accountSid"));
    await keyboard.type(SENTINEL_ACCOUNTS.healthy);
    await keyboard.press("Tab");
    await expect(wizardField(page, "authToken")).toBeFocused();
    await keyboard.type(SENTINEL_TOKENS.wrong);
    await keyboard.press("Enter");
    await expect(wizardField(page, "authToken")).toHaveAccessibleDescription(/does not accept/);
    await expect(wizardField(page, "authToken"), "what is wrong has the focus").toBeFocused();
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type(SENTINEL_TOKENS.primary);
    await keyboard.press("Enter");

    await press("+1 415 555 0100", "radio");
    await expect(page.getByRole("radio", { name: "+1 415 555 0100" })).toBeChecked();
    await press("Continue");
    await press("Connect");
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Needs attention");
  });

  await test.step("events are opened, walked through and closed", async () => {
    for (const body of ["First", "Second", "Third"])
      await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });
    await expect(eventRows(page)).toHaveCount(3);
    const third = eventRows(page).first().getByRole("button");
    await pressTabUntilFocused(page, third);
    await keyboard.press("Enter");
    const drawer = page.getByRole("dialog");
    const bodyCell = drawer.getByRole("row").filter({
      has: page.getByRole("rowheader", { name: "Body", exact: true }),
    });
    await expect(bodyCell).toContainText("Third");
    await keyboard.press("ArrowDown");
    await expect(bodyCell).toContainText("Second");
    await keyboard.press("ArrowUp");
    await expect(bodyCell).toContainText("Third");
    await keyboard.press("Escape");
    await expect(drawer).toHaveCount(0);
    await expect(third, "the focus is back where it was").toBeFocused();
  });

  await test.step("menu and confirmation", async () => {
    await page.reload();
    await press("More actions");
    await expect(page.getByRole("menu")).toBeVisible();
    await keyboard.press("ArrowDown");
    await expect(page.getByRole("menuitem", { name: "Disconnect" })).toBeFocused();
    await keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByRole("button", { name: "Cancel" }), "the harmless way first").toBeFocused();
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Disconnected");
  });
});
