import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

// Each screen runs about fifty axe analyses.
test.describe.configure({ timeout: 300_000 });

test("who forgot the password gets in again by a link of an owner", async ({
  page,
  setup,
  joined,
  visitor,
  context,
  server,
}) => {
  await setup();
  const { page: mia, person } = await joined("member");
  await mia.goto("/inbox");
  await expect(mia.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  const phone = await visitor();
  let link = "";

  await test.step("sign-in says what to do", async () => {
    await phone.goto("/sign-in");
    await phone.getByRole("link", { name: "Forgot your password?" }).click();
    await expect(phone.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
    await expect(phone.getByText("This Waystation sends no mail")).toBeVisible();
    await expect(phone.getByText("users reset-link")).toBeVisible();
    await inspectScreen(phone, "forgotten password, without mail");
  });

  await test.step("the owner makes a link, which is shown once", async () => {
    await page.goto("/team");
    const row = page.getByRole("table", { name: "Members" }).getByRole("row", { name: "Mia Member" });
    await row.getByRole("button", { name: "Help Mia Member sign in" }).click();
    await page.getByRole("menuitem", { name: "Link for a new password" }).click();
    const dialog = page.getByRole("dialog", { name: "New password for Mia Member" });
    await expect(dialog).toContainText("every device of theirs is signed out");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    await expect(dialog.getByRole("status").first()).toContainText("it is shown only now");
    await inspectScreen(page, "link for a new password");
    await dialog.getByRole("button", { name: "Copy link for a new password" }).click();
    link = await page.evaluate<string>("navigator.clipboard.readText()");
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(
      page.getByRole("button", { name: "Help Ada Owner sign in" }),
      "nobody needs help with their own",
    ).toHaveCount(0);
  });

  await test.step("the link leads to a new password, and every device is signed out", async () => {
    await phone.goto(link);
    await expect(phone.getByLabel("Email")).toHaveValue(person.email);
    await phone.getByLabel("New password", { exact: true }).fill("short");
    await phone.getByRole("button", { name: "Change password" }).click();
    await expect(phone.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(
      /12 characters/,
    );
    await inspectScreen(phone, "new password, refused");
    await phone.getByLabel("New password", { exact: true }).fill("seven gulls over the pier");
    await phone.getByRole("button", { name: "Change password" }).click();
    await expect(phone.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
    await inspectScreen(phone, "new password, changed");
    await expect(mia.getByRole("heading", { name: "Sign in" }), "without a click of hers").toBeVisible();
    await phone.getByRole("link", { name: "Sign in" }).click();
    await phone.getByLabel("Email").fill(person.email);
    await phone.getByLabel("Password", { exact: true }).fill("seven gulls over the pier");
    await phone.getByRole("button", { name: "Sign in" }).click();
    await expect(phone.getByRole("heading", { name: "Overview" })).toBeVisible();
  });

  await test.step("the link works once", async () => {
    const stranger = await visitor();
    await stranger.goto(link);
    await expect(stranger.getByRole("heading", { name: "This link cannot be used" })).toBeVisible();
    await inspectScreen(stranger, "a link that was used");
    await stranger.getByRole("link", { name: "Ask for a new one" }).click();
    await expect(stranger.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  });

  await test.step("the audit log tells it", async () => {
    await page.goto("/audit");
    const log = page.getByRole("table", { name: "Audit log" });
    await expect(log).toContainText(`chose a new password, by a link, for ${person.email}`);
    await expect(log).toContainText(`Ada Owner made a link for a new password of ${person.email}`);
  });
});
