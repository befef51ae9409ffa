import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { signOut } from "./helpers/installation.ts";

const kept = `[localStorage, sessionStorage].flatMap((storage) => Object.keys(storage))
  .filter((key) => key.startsWith("waystation."))`;

test("who signs out leaves nothing in the browser for the next one", async ({
  page,
  setup,
  connect,
  joined,
  signIn,
  simulator,
}) => {
  const ada = await setup();
  await connect();
  const { person: mia } = await joined("member");
  for (const from of ["+491511234567", "+34600555001"])
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from,
      body: "Moin",
      profileName: "Anna",
      wait: true,
    });
  await page.goto("/inbox");
  await page.getByRole("list", { name: "Conversations" }).getByRole("link").first().click();
  const field = page.getByRole("textbox", { name: "Message to Anna" });
  await field.fill("Between you and me");
  const thread = page.url();

  await test.step("who is signed out finds it again", async () => {
    await page.context().clearCookies({ name: "waystation.session_token" });
    await page.reload();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.getByLabel("Email").fill(ada.email);
    await page.getByLabel("Password", { exact: true }).fill(ada.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(field).toHaveValue("Between you and me");
    expect(await page.evaluate<string[]>(kept)).not.toEqual([]);
  });

  await test.step("who signs out does not, and neither does anybody else", async () => {
    await signOut(page, "Ada Owner");
    expect(await page.evaluate<string[]>(kept)).toEqual([]);
    await expect(page.getByText("Moin")).toHaveCount(0);
    // Does not wait for the load event: the restored page redirects to the sign-in page, which aborts its load.
    await page.goBack({ waitUntil: "commit" });
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expect(page.getByText("Moin")).toHaveCount(0);
    await signIn(mia);
    await page.goto(thread);
    await expect(field).toHaveValue("");
  });
});
