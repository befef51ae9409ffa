import type { Locator, Page } from "@playwright/test";
import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

const row = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: name });
const here = (page: Page): Locator => page.getByRole("list", { name: "Also here" });

test("who else is there, and who types, is seen at once and ends at once", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  await connect();
  const { page: mia } = await joined("member");
  for (const [from, profileName] of [
    ["+491511234567", "Anna Becker"],
    ["+34600555001", "Carla Ruiz"],
  ] as const)
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from,
      body: "Hello",
      profileName,
      wait: true,
    });
  for (const each of [page, mia]) {
    await each.goto("/inbox");
    await row(each, "Anna Becker").click();
  }
  const typing = page.getByText("Mia Member is typing…");
  const field = mia.getByRole("textbox", { name: "Message to Anna Becker" });

  await test.step("both see each other, nobody sees themselves", async () => {
    await expect(here(page).getByRole("img")).toHaveAccessibleName("Mia Member");
    await expect(here(mia).getByRole("img")).toHaveAccessibleName("Ada Owner");
  });

  await test.step("typing shows, and stops with the answer", async () => {
    await field.pressSequentially("I am");
    await expect(typing).toBeVisible();
    await inspectScreen(page, "a thread in which somebody types");
    await field.pressSequentially(" on it");
    await expect(typing).toBeVisible();
    await field.press("Enter");
    await expect(typing).toHaveCount(0);
    await expect(here(page)).toBeVisible();
  });

  await test.step("who opens another conversation is there instead", async () => {
    await row(mia, "Carla Ruiz").click();
    await expect(here(page)).toHaveCount(0);
    await row(page, "Carla Ruiz").click();
    await expect(here(page)).toBeVisible();
  });

  await test.step("who closes the tab is gone", async () => {
    await mia.close();
    await expect(here(page)).toHaveCount(0);
  });
});
