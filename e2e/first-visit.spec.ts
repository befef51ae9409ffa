import { expect, test } from "./fixtures.ts";

test("the setup link leads to the setup page, and a signed-in owner to the desk", async ({
  page,
  server,
  setup,
}) => {
  await page.goto(server.setupLink ?? "");
  await expect(page).toHaveURL(/\/setup/);
  await expect(page.getByRole("textbox").first()).toBeVisible();

  const owner = await setup();
  await page.goto("/");
  await expect(page.getByText(owner.organization).first()).toBeVisible();
});
