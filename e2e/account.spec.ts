import { expect, test } from "./helpers/fixtures.ts";
import { signOut } from "./helpers/installation.ts";

test("name, password, sessions, and the way out and in", async ({ page, setup, signIn, visitor }) => {
  const owner = await setup();
  const newPassword = "seven gulls over the pier";

  await test.step("a new name shows everywhere at once", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Connect Twilio to Harbour Bakery" })).toBeVisible();
    await page.getByRole("button", { name: "Your account: Ada Owner" }).click();
    await expect(page.getByText(owner.email)).toBeVisible();
    await page.getByRole("menuitem", { name: "Profile" }).click();
    await page.getByLabel("Name").fill("");
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByLabel("Name")).toHaveAccessibleDescription("Enter a name.");
    await page.getByLabel("Name").fill("Ada Byron");
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByText("Your name is saved.")).toBeVisible();
    await expect(page.getByRole("button", { name: "Your account: Ada Byron" })).toBeVisible();
  });

  const phone = await visitor();
  await test.step("another device can be signed out", async () => {
    await signIn(owner, phone);
    await phone.goto("/");
    await expect(phone.getByRole("heading", { name: "Overview" })).toBeVisible();

    await page.reload();
    const sessions = page.getByRole("table", { name: "Sessions" });
    await expect(sessions.getByRole("row")).toHaveCount(3);
    await expect(sessions.getByRole("row", { name: "this device" }).getByRole("button")).toHaveCount(0);
    await sessions.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Sign out" }).click();
    await expect(sessions.getByRole("row")).toHaveCount(2);

    await expect(phone.getByRole("heading", { name: "Sign in" }), "without a click there").toBeVisible();
  });

  await test.step("a new password signs the other devices out", async () => {
    await signIn(owner, phone);
    await page.getByLabel("Present password", { exact: true }).fill("not this one at all");
    await page.getByLabel("New password", { exact: true }).fill(newPassword);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByLabel("Present password", { exact: true })).toHaveAccessibleDescription(
      "This is not your present password.",
    );
    await page.getByLabel("Present password", { exact: true }).fill(owner.password);
    await page.getByLabel("New password", { exact: true }).fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByLabel("New password", { exact: true })).toHaveAccessibleDescription(
      /12 characters/,
    );
    await page.getByLabel("New password", { exact: true }).fill(newPassword);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(page.getByText("The password is changed. Other devices were signed out.")).toBeVisible();

    await phone.goto("/team");
    await expect(phone.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await phone.getByLabel("Email").fill(owner.email);
    await phone.getByLabel("Password", { exact: true }).fill(owner.password);
    await phone.getByRole("button", { name: "Sign in" }).click();
    await expect(phone.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
      "Email and password do not match. Check both, then try again.",
    );
    await phone.getByLabel("Password", { exact: true }).fill(newPassword);
    await phone.getByRole("button", { name: "Sign in" }).click();
    await expect(
      phone.getByRole("heading", { name: "Team" }),
      "where the way was meant to lead",
    ).toBeVisible();
  });

  await test.step("an address that leads nowhere says so, inside the desk", async () => {
    await page.goto("/no/such/page");
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  });

  await test.step("signing out closes every screen", async () => {
    await expect(page.getByRole("heading", { name: "Connect Twilio to Harbour Bakery" })).toBeVisible();
    await signOut(page, "Ada Byron");
    // Does not wait for the load event: the restored page redirects to the sign-in page, which aborts its load.
    await page.goBack({ waitUntil: "commit" });
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.goto("/connections");
    await expect(page).toHaveURL(/\/sign-in\?next=%2Fconnections/);
  });
});
