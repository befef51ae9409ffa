import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

const ANNA = "+491511234567";

test("a canned reply is written once, and used with a slash", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  await connect();
  const { page: mia } = await joined("member");
  const body = "Is there cake?";
  await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: ANNA,
    body,
    profileName: "Anna Becker",
    wait: true,
  });
  const field = mia.getByRole("textbox", { name: "Message to Anna Becker" });
  const offered = mia.getByRole("listbox", { name: "Canned replies" });

  await test.step("without one, the slash says where they come from", async () => {
    await mia.goto("/inbox");
    await mia.getByRole("list", { name: "Conversations" }).getByText("Anna Becker").click();
    await field.fill("/");
    await mia.getByRole("form", { name: "Answer" }).getByRole("link", { name: "Canned replies" }).click();
    await expect(mia.getByRole("heading", { name: "Write once what you answer every day" })).toBeVisible();
    await expect(mia.getByRole("button", { name: "New reply" })).toHaveAccessibleDescription(
      /Only owners and admins/,
    );
    await inspectScreen(mia, "no canned reply yet");
  });

  await test.step("an owner writes some", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "Canned replies" }).click();
    await page.getByRole("button", { name: "New reply" }).click();
    const dialog = page.getByRole("dialog", { name: "New canned reply" });
    await dialog.getByLabel("Shortcut").fill("two words");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByLabel("Shortcut")).toHaveAccessibleDescription(/letters, digits/);
    await dialog.getByLabel("Shortcut").fill("/Hours");
    await dialog.getByLabel("Text").fill("Hello {name}, we are open from ten to four.");
    await inspectScreen(page, "a new canned reply");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByRole("row", { name: "/hours" })).toContainText("Hello {name}");
    await mutateApi(page, "replies.add", { shortcut: "thanks", body: "Thank you, and see you soon." });
    await page.reload();
    await page.getByRole("button", { name: "New reply" }).click();
    await dialog.getByLabel("Shortcut").fill("thanks");
    await dialog.getByLabel("Text").fill("Once more");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog.getByLabel("Shortcut")).toHaveAccessibleDescription(/stands for another reply/);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await inspectScreen(page, "canned replies");
  });

  await test.step("a member finds it as they type, and changes it before sending", async () => {
    await mia.goto("/inbox");
    await mia.getByRole("list", { name: "Conversations" }).getByText("Anna Becker").click();
    await field.fill("");
    await field.pressSequentially("/");
    await expect(offered.getByRole("option")).toHaveCount(2);
    await inspectScreen(mia, "canned replies on offer");
    await field.pressSequentially("soon");
    await expect(offered.getByRole("option")).toHaveText([/thanks/]);
    await field.fill("/");
    await field.press("ArrowDown");
    await expect(offered.getByRole("option", { selected: true })).toHaveText(/thanks/);
    await field.press("ArrowUp");
    await field.press("Enter");
    await expect(field).toHaveValue("Hello Anna Becker, we are open from ten to four.");
    await expect(offered).toHaveCount(0);
    expect(simulator.listMessages({ customer: `whatsapp:${ANNA}` }), "nothing is sent yet").toHaveLength(1);
    await field.pressSequentially(" See you!");
    await field.press("Enter");
    await expect(mia.getByRole("region", { name: "Messages" })).toContainText("to four. See you!");
  });

  await test.step("what only begins with a slash is sent as it is", async () => {
    await field.fill("/nothing of ours");
    await field.press("Enter");
    await expect(mia.getByRole("region", { name: "Messages" })).toContainText("/nothing of ours");
  });

  await test.step("one is changed, one is deleted", async () => {
    await page.getByRole("button", { name: "Edit /hours" }).click();
    const dialog = page.getByRole("dialog", { name: "Edit the canned reply" });
    await dialog.getByLabel("Text").fill("Closed today");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(page.getByRole("row", { name: "/hours" })).toContainText("Closed today");
    await page.getByRole("button", { name: "Delete /thanks" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("row", { name: "/thanks" })).toHaveCount(0);
  });
});
