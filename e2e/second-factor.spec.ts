import type { Page } from "@playwright/test";
import { authenticatorCode } from "@waystation/server/testing/authenticator-code";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

// Each screen runs about fifty axe analyses.
test.describe.configure({ timeout: 300_000 });

/** Sets up the second factor, from the password prompt to the backup codes. Returns the app's key and the codes. */
async function setUp(page: Page, password: string) {
  await page.getByLabel("Your password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
  const key = (await page.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? "";
  await page.getByLabel("Code of the app").fill(authenticatorCode(key));
  await page.getByRole("button", { name: "Turn on" }).click();
  const list = page.getByRole("list", { name: "Backup codes" });
  await expect(list.getByRole("listitem")).toHaveCount(10);
  return { key, codes: await list.getByRole("listitem").allTextContents() };
}

async function enterPassword(page: Page, person: { email: string; password: string }) {
  await page.goto("/sign-in?next=%2Fteam");
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("two-step sign-in: set up, sign in, asked of everybody, reset", async ({
  page,
  setup,
  joined,
  visitor,
}) => {
  const owner = await setup();
  const { page: mia, person } = await joined("member");
  await mia.goto("/inbox");
  await expect(mia.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
  let key = "";
  let codes: string[] = [];

  await test.step("it is set up with the password, an app and its code", async () => {
    await page.goto("/profile");
    const card = page.getByRole("region", { name: /Two-step sign-in/ });
    await expect(card).toContainText("Signing in takes your password alone.");
    await inspectScreen(page, "profile without two-step sign-in");
    await card.getByRole("button", { name: "Set it up" }).click();
    const dialog = page.getByRole("dialog", { name: "Set up two-step sign-in" });
    await dialog.getByLabel("Your password", { exact: true }).fill("not this one at all");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByLabel("Your password", { exact: true })).toHaveAccessibleDescription(
      "This is not your password.",
    );
    await dialog.getByLabel("Your password", { exact: true }).fill(owner.password);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await expect(dialog.getByRole("img", { name: "QR code for your authenticator app" })).toBeVisible();
    await dialog.getByLabel("Code of the app").fill("000000");
    await dialog.getByRole("button", { name: "Turn on" }).click();
    await expect(dialog.getByLabel("Code of the app")).toHaveAccessibleDescription(/This code is not right/);
    await inspectScreen(page, "setting up two-step sign-in, a wrong code");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await card.getByRole("button", { name: "Set it up" }).click();
    ({ key, codes } = await setUp(page, owner.password));
    await inspectScreen(page, "backup codes");
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await expect(card).toContainText("10 backup codes are left.");
    await inspectScreen(page, "profile with two-step sign-in");
  });

  await test.step("signing in takes the password and a code", async () => {
    const phone = await visitor();
    await enterPassword(phone, owner);
    await expect(phone.getByRole("heading", { name: "One more step" })).toBeVisible();
    await phone.getByLabel("Code").fill("123 45");
    await phone.getByRole("button", { name: "Sign in" }).click();
    await expect(phone.getByLabel("Code")).toHaveAccessibleDescription(/This code is not right/);
    await inspectScreen(phone, "the code at sign-in, a wrong one");
    await phone.goto("/inbox");
    await expect(phone.getByRole("heading", { name: "Sign in" }), "nobody is in yet").toBeVisible();
    await enterPassword(phone, owner);
    await phone.getByLabel("Code").fill(authenticatorCode(key, 1));
    await phone.getByRole("button", { name: "Sign in" }).click();
    await expect(
      phone.getByRole("heading", { name: "Team" }),
      "where the way was meant to lead",
    ).toBeVisible();
  });

  await test.step("or a backup code, once", async () => {
    const [code = ""] = codes;
    const [first, second] = [await visitor(), await visitor()];
    for (const phone of [first, second]) {
      await enterPassword(phone, owner);
      await phone.getByLabel("Code").fill(code);
      await phone.getByRole("button", { name: "Sign in" }).click();
    }
    await expect(first.getByRole("heading", { name: "Team" })).toBeVisible();
    await expect(second.getByLabel("Code")).toHaveAccessibleDescription(/was used already/);
  });

  await test.step("an owner asks everybody for it: an open console is led to the set-up, and back", async () => {
    await page.goto("/team");
    const row = page.getByRole("table", { name: "Members" }).getByRole("row", { name: "Ada Owner" });
    await expect(row).toContainText("two-step");
    await page.getByRole("switch", { name: /Ask everybody for it/ }).click();
    const dialog = page.getByRole("dialog", { name: "Ask everybody for two-step sign-in?" });
    await expect(dialog).toContainText("1 person has none yet");
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    await expect(page.getByRole("switch", { name: /Ask everybody for it/ })).toBeChecked();
    await inspectScreen(page, "team that is asked for two-step sign-in");

    await expect(
      mia.getByRole("heading", { name: "Set up two-step sign-in" }),
      "without a click",
    ).toBeVisible();
    await mia.goto("/team");
    await expect(
      mia.getByRole("heading", { name: "Set up two-step sign-in" }),
      "and nowhere else",
    ).toBeVisible();
    await inspectScreen(mia, "set-up that is asked for");
    await setUp(mia, person.password);
    await inspectScreen(mia, "set-up that is asked for, the codes");
    await mia.getByRole("button", { name: "I have kept them" }).click();
    await expect(mia.getByRole("heading", { name: "Overview" })).toBeVisible();
    await mia.goto("/profile");
    await expect(mia.getByRole("button", { name: "Turn off" })).toHaveAccessibleDescription(
      "Harbour Bakery asks everybody for it.",
    );
  });

  await test.step("an owner resets it for who has lost everything", async () => {
    await page.reload();
    const row = page.getByRole("table", { name: "Members" }).getByRole("row", { name: "Mia Member" });
    await row.getByRole("button", { name: "Help Mia Member sign in" }).click();
    await page.getByRole("menuitem", { name: "Reset two-step sign-in" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
    await expect(row).not.toContainText("two-step");
    await expect(mia.getByRole("heading", { name: "Sign in" }), "she is signed out").toBeVisible();
    await enterPassword(mia, person);
    await expect(mia.getByRole("heading", { name: "Set up two-step sign-in" })).toBeVisible();
  });

  await test.step("what lowers the guard takes both", async () => {
    await page.getByRole("switch", { name: /Ask everybody for it/ }).click();
    await expect(page.getByRole("switch", { name: /Ask everybody for it/ })).not.toBeChecked();
    await page.goto("/profile");
    await page.getByRole("button", { name: "Turn off" }).click();
    const dialog = page.getByRole("dialog", { name: "Turn off two-step sign-in" });
    await dialog.getByLabel("Your password", { exact: true }).fill(owner.password);
    await dialog.getByLabel("Code of the app").fill(codes[1] ?? "");
    await inspectScreen(page, "turning it off");
    await dialog.getByRole("button", { name: "Turn off" }).click();
    await expect(page.getByText("Two-step sign-in is off.")).toBeVisible();
  });
});
