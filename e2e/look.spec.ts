import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { eventRows } from "./helpers/installation.ts";

test("the theme follows the system until somebody chooses", async ({ page, setup }) => {
  await setup();
  const scheme = page.locator("html");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/");
  await expect(scheme).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.emulateMedia({ colorScheme: "light" });
  await expect(scheme).toHaveAttribute("data-mantine-color-scheme", "light");

  await expect(page.getByRole("heading", { name: "Connect Twilio to Harbour Bakery" })).toBeVisible();
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  await expect(scheme).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(scheme, "it is kept").toHaveAttribute("data-mantine-color-scheme", "dark");

  await page.goto("/profile");
  await page.getByRole("radiogroup", { name: "Theme" }).getByText("System").click();
  await expect(scheme).toHaveAttribute("data-mantine-color-scheme", "light");
});

test("on a phone the bottom bar leads everywhere", async ({ page, setup, connect, simulator }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await setup();
  await connect();
  await page.goto("/");
  const bar = page.getByRole("navigation", { name: "Main, bottom" });
  await expect(bar).toBeInViewport();
  await expect(page.getByRole("navigation", { name: "Main", exact: true })).toBeHidden();

  await bar.getByRole("link", { name: "Inbox" }).click();
  await expect(page.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
  await bar.getByRole("button", { name: "More" }).click();
  await page.getByRole("dialog").getByRole("link", { name: "Connections" }).click();
  await page.getByRole("link", { name: /Bar Harbour Ltd/ }).click();
  await expect(page.getByRole("heading", { name: "Bar Harbour Ltd", level: 1 })).toBeVisible();
  await bar.getByRole("link", { name: "Webhooks" }).click();
  await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body: "Moin" });
  await eventRows(page).getByRole("button").click();
  await expect(page.getByRole("dialog")).toContainText("Moin");
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

  let loads = 0;
  page.on("load", () => loads++);
  for (const name of ["Team", "Audit log", "Profile"]) {
    await bar.getByRole("button", { name: "More" }).click();
    await page.getByRole("dialog", { name: "Harbour Bakery" }).getByRole("link", { name }).click();
    await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  expect(loads, "nothing was loaded anew").toBe(0);
  await bar.getByRole("button", { name: "More" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "New organisation" }).click();
  await expect(page.getByRole("dialog", { name: "New organisation" }).getByLabel("Name")).toBeFocused();
});
