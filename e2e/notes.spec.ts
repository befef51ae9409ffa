import type { Locator, Page } from "@playwright/test";
import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

const ANNA = "+491511234567";

const row = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: name });
const field = (page: Page): Locator => page.getByRole("textbox", { name: "Note for your team" });
const note = (page: Page, text: string): Locator => page.getByRole("article").filter({ hasText: text });
const kinds = (page: Page): Locator => page.getByRole("radiogroup", { name: "What you write" });

test("notes are the team's own: written, read at once, mentioned in, changed and deleted", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
  server,
}) => {
  await setup();
  await connect();
  const { page: mia } = await joined("member");
  const write = (from: string, body: string, profileName: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from, body, profileName, wait: true });
  await write("+34600555001", "Hola", "Carla Ruiz");
  await write(ANNA, "Is there cake?", "Anna Becker");
  for (const each of [page, mia]) await each.goto("/inbox");
  await row(page, "Anna Becker").click();
  await row(mia, "Carla Ruiz").click();

  await test.step("a note is begun by its key, and @ offers the team", async () => {
    await expect(page.getByRole("textbox", { name: "Message to Anna Becker" })).toBeVisible();
    await page.keyboard.press("n");
    await expect(field(page)).toBeFocused();
    await page.keyboard.type("Ask @mi");
    const people = page.getByRole("listbox", { name: "People to mention" });
    await expect(people.getByRole("option")).toHaveCount(1);
    await page.keyboard.press("Enter");
    await expect(field(page)).toHaveValue("Ask @Mia Member ");
    await expect(people).toHaveCount(0);
    await page.keyboard.type("whether *nuts* are in it");
  });

  await test.step("what was begun as a note is one after a reload, with its text", async () => {
    await page.reload();
    await expect(kinds(page).getByRole("radio", { name: "Note" })).toBeChecked();
    await expect(field(page)).toHaveValue("Ask @Mia Member whether *nuts* are in it");
    await row(page, "Carla Ruiz").click();
    await expect(kinds(page).getByRole("radio", { name: "Reply" })).toBeChecked();
    await row(page, "Anna Becker").click();
  });

  await test.step("it is there at once, and nothing went to the customer", async () => {
    await field(page).press("Enter");
    await expect(note(page, "nuts")).toContainText("Only your team sees this");
    await expect(note(page, "nuts").locator("strong")).toHaveText("nuts");
    await expect(field(page)).toHaveValue("");
    expect(simulator.listMessages({ customer: `whatsapp:${ANNA}` })).toHaveLength(1);
  });

  await test.step("who is mentioned sees it from another conversation, until they look", async () => {
    const mentions = mia.getByRole("radiogroup", { name: "Whose conversations" }).getByTitle("Mentions");
    await expect(mentions).toContainText("1");
    await expect(row(mia, "Anna Becker").getByRole("img", { name: "Mentions you" })).toBeVisible();
    await expect(row(page, "Anna Becker").getByRole("img", { name: "Mentions you" })).toHaveCount(0);
    await mentions.click();
    await expect(mia).toHaveURL(/filter=mentioned/);
    await row(mia, "Anna Becker").click();
    await expect(note(mia, "nuts")).toContainText("Ada Owner");
    await expect(row(mia, "Anna Becker").getByRole("img", { name: "Mentions you" })).toHaveCount(0);
    await expect(mentions).not.toContainText("1");
    await mia.reload();
    await expect(mia.getByRole("heading", { name: "Nobody waits for you here" })).toBeVisible();
    await expect(note(mia, "nuts")).toBeVisible();
  });

  await test.step("its author changes it, nobody else does", async () => {
    await expect(note(mia, "nuts").getByRole("button")).toHaveCount(0);
    await note(page, "nuts").getByRole("button", { name: "What to do with this note" }).click();
    await page.getByRole("menuitem", { name: "Edit" }).click();
    const editor = page.getByRole("textbox", { name: "Edit the note" });
    await expect(editor).toBeFocused();
    await editor.fill("Ask @Mia Member: almonds only?");
    await editor.press("Enter");
    for (const each of [page, mia]) {
      await expect(note(each, "almonds")).toContainText("edited");
      await expect(note(each, "nuts")).toHaveCount(0);
    }
  });

  await test.step("it fits every screen", async () => {
    await field(page).fill("Another @");
    await expect(page.getByRole("listbox", { name: "People to mention" })).toBeVisible();
    await inspectScreen(page, "a thread with a note, and people to mention");
    await field(page).fill("");
  });

  await test.step("notes are possible when answers are not", async () => {
    await server.store.query(
      "update conversation_activity set last_incoming_at = now() - interval '25 hours'",
      [],
    );
    await mia.reload();
    await expect(mia.getByRole("region", { name: "Why you cannot answer now" })).toBeVisible();
    await kinds(mia).getByText("Note").click();
    await field(mia).fill("Closed now");
    await mia.getByRole("button", { name: "Add note" }).click();
    await expect(note(page, "Closed now")).toContainText("Mia Member");
  });

  await test.step("a deleted note is gone for everybody", async () => {
    await note(page, "almonds").getByRole("button", { name: "What to do with this note" }).click();
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    for (const each of [page, mia]) await expect(note(each, "almonds")).toHaveCount(0);
  });
});
