import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

test.use({ sendsMail: true });
test.describe.configure({ timeout: 300_000 });

test("who forgot the password gets in again by a mail", async ({ page, setup, visitor, mailServer }) => {
  const ada = await setup();
  const phone = await visitor();
  const ask = async (email: string) => {
    await phone.goto("/sign-in");
    await phone.getByRole("link", { name: "Forgot your password?" }).click();
    await phone.getByLabel("Email").fill(email);
    await phone.getByRole("button", { name: "Send the link" }).click();
    await expect(phone.getByRole("status").filter({ hasText: "Look into your mail" })).toBeVisible();
  };

  await test.step("what is no address is said so, and an unknown one looks like any other", async () => {
    await phone.goto("/forgot-password");
    await phone.getByLabel("Email").fill("ada");
    await phone.getByRole("button", { name: "Send the link" }).click();
    await expect(phone.getByLabel("Email")).toHaveAccessibleDescription("Enter your email address.");
    await inspectScreen(phone, "forgotten password, with mail");
    await ask("nobody@example.org");
  });

  await test.step("a mail comes, and its link changes the password", async () => {
    await ask(ada.email);
    await inspectScreen(phone, "forgotten password, mail is on its way");
    await expect.poll(() => mailServer.mails.map(({ to }) => to)).toEqual([[ada.email]]);
    const mail = (mailServer.mails[0]?.text ?? "").replaceAll("=\n", "").replaceAll("=3D", "=");
    const link = /http\S+reset-password#\S+/.exec(mail)?.[0] ?? "";
    await phone.goto(link);
    await expect(phone.getByLabel("Email")).toHaveValue(ada.email);
    await phone.getByLabel("New password", { exact: true }).fill("seven gulls over the pier");
    await phone.getByRole("button", { name: "Change password" }).click();
    await expect(phone.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
    await expect.poll(() => mailServer.mails).toHaveLength(2);
    expect(mailServer.mails[1]?.text).toContain("Subject: Your Waystation password was changed");
    await phone.getByRole("link", { name: "Sign in" }).click();
    await phone.getByLabel("Email").fill(ada.email);
    await phone.getByLabel("Password", { exact: true }).fill("seven gulls over the pier");
    await phone.getByRole("button", { name: "Sign in" }).click();
    await expect(phone.getByRole("heading", { name: "Overview" })).toBeVisible();
  });

  await test.step("and the devices of before are signed out", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});
