import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

const ANNA = "+491511234567";

test("what is known of a contact stands beside every conversation with them", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  await connect();
  const sender = "whatsapp:+14155550990";
  const { sid: accountSid, token: authToken } = simulator.createAccount({ senders: [sender] });
  const second = { mode: "test", accountSid, authToken, sender, configureWebhook: true };
  expect((await mutateApi(page, "twilioWhatsApp.connect", second)).status).toBe(200);
  const { page: mia } = await joined("member");
  for (const [to, body] of [
    [sender, "About my bill"],
    [SENTINEL_SENDERS.online, "Is there cake?"],
  ] as const)
    await simulator.sendIncoming({ to, from: ANNA, body, profileName: "Anna Becker", wait: true });
  const pane = (each: typeof page) => each.getByRole("complementary", { name: "Contact" });
  const known = (each: typeof page) => pane(each).getByRole("textbox", { name: "What we know" });
  for (const each of [page, mia]) {
    await each.goto("/inbox");
    await each.getByRole("list", { name: "Conversations" }).getByText("Is there cake?").click();
  }

  await test.step("what one writes down, the other sees", async () => {
    await known(page).fill("Allergic to nuts");
    await pane(page).getByRole("button", { name: "Save" }).click();
    await expect(pane(page)).toContainText("Ada Owner, ");
    await expect(known(mia)).toHaveValue("Allergic to nuts");
  });

  await test.step("nobody writes over what they have not seen", async () => {
    await known(mia).fill("Allergic to nuts and milk");
    await known(page).fill("Allergic to nuts. Pays by card");
    await pane(page).getByRole("button", { name: "Save" }).click();
    await expect(pane(mia)).toContainText("Ada Owner has saved meanwhile: “Allergic to nuts. Pays by card”");
    await pane(mia).getByRole("button", { name: "Save mine instead" }).click();
    await expect(known(page)).toHaveValue("Allergic to nuts and milk");
  });

  await test.step("the other conversation is one click away, and knows it too", async () => {
    await inspectScreen(page, "a thread with its contact");
    const other = pane(page).getByRole("list", { name: "Other conversations" }).getByRole("link");
    await expect(other).toContainText("About my bill");
    await other.click();
    await expect(page.getByRole("region", { name: "Messages" })).toContainText("About my bill");
    await expect(known(page)).toHaveValue("Allergic to nuts and milk");
  });

  await test.step("where there is no room it stands in a drawer", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByRole("button", { name: "About this contact" }).click();
    await expect(page.getByRole("dialog").getByRole("textbox", { name: "What we know" })).toHaveValue(
      "Allergic to nuts and milk",
    );
    await inspectScreen(page, "the contact in its drawer");
  });
});
