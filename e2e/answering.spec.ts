import type { Locator, Page } from "@playwright/test";
import {
  CREATE_ERROR_ENDINGS,
  recipientWithEnding,
  SENTINEL_SENDERS,
} from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { moveClock } from "./helpers/clock.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";
import { messageField, sendReply } from "./helpers/thread.ts";

const ANNA = "+491511234567";
const MINUTE_MS = 60_000;

const row = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: name });
const bubble = (page: Page, text: string): Locator =>
  page.getByRole("region", { name: "Messages" }).getByRole("listitem").filter({ hasText: text });
/** Opens a conversation. Waits for its message field, which replaces that of the previous conversation. */
async function open(page: Page, name: string): Promise<void> {
  await row(page, name).click();
  await expect(page.getByRole("textbox", { name: `Message to ${name}` })).toBeVisible();
}

test("the free 24 hours end by the clock alone, and begin when the customer writes", async ({
  page,
  server,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: ANNA, body: "Moin", wait: true });
  await server.store.query(
    "update conversation_activity set last_incoming_at = now() - interval '23 hours 58 minutes'",
    [],
  );
  await page.goto("/inbox");
  await row(page, "Moin").click();
  await expect(page.getByText(/^Free replies for another (1 min|2 min|less than a minute)$/)).toBeVisible();
  await messageField(page).fill("Half a sentence");

  using _later = moveClock(3 * MINUTE_MS);
  await page.clock.setSystemTime(new Date());
  const lock = page.getByRole("region", { name: "Why you cannot answer now" });
  await expect(lock.getByRole("heading", { name: /^Free replies ended today, / })).toBeVisible({
    timeout: 15_000,
  });
  await expect(lock).toContainText("WhatsApp lets you answer freely for 24 hours");
  await expect(lock.getByRole("link", { name: "Open templates at Twilio" })).toHaveAttribute(
    "href",
    /^https:\/\/console\.twilio\.com\//,
  );
  const conversationId = page.url().split("/").at(-1);
  const refused = await mutateApi(page, "messages.send", {
    conversationId,
    clientKey: "too-late-by-far",
    body: "Hi",
  });
  expect(refused.reason, "the server's clock says so, too").toBe("window_closed");

  await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: ANNA, body: "I am back", wait: true });
  await expect(messageField(page)).toHaveValue("Half a sentence");
  await sendReply(page, "In time");
  await expect(bubble(page, "In time").getByRole("button", { name: "Read" })).toBeVisible();
});

test("whoever asks not to be written to is left alone, unless somebody says so", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  await connect();
  const colleague = (await joined("member")).page;
  const write = (body: string) =>
    simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: ANNA,
      body,
      profileName: "Anna Becker",
      wait: true,
    });
  await write("Moin");
  await page.goto("/inbox");
  await row(page, "Anna Becker").click();
  await messageField(page).fill("We have a new offer");
  await write("Stop!");
  const hold = page.getByRole("region", { name: "Why you should not write now" });
  await expect(
    hold.getByRole("heading", { name: "Anna Becker does not want to be written to" }),
  ).toBeVisible();
  await expect(hold).toContainText("They wrote “Stop!” today");
  await expect(hold).toContainText("when they write START");
  await expect(hold).toContainText("Your draft is kept.");
  await expect(messageField(page)).toHaveCount(0);
  await expect(bubble(page, "Stop!")).toContainText("Asked not to be written to any more");
  await inspectScreen(page, "inbox, opted out");
  await colleague.goto(page.url());
  await expect(colleague.getByRole("region", { name: "Why you should not write now" })).toBeVisible();

  await hold.getByRole("button", { name: "Write all the same" }).click();
  await expect(messageField(page)).toHaveValue("We have a new offer");
  await expect(page.getByText("They asked not to be written to", { exact: true })).toBeVisible();
  await sendReply(page, "Your parcel is here, as you asked.");
  await expect(bubble(page, "Your parcel").getByRole("button", { name: "Read" })).toBeVisible();
  await expect(
    colleague.getByRole("region", { name: "Why you should not write now" }),
    "what one has said does not count for another",
  ).toBeVisible();

  await write("START");
  await expect(bubble(page, "START")).toContainText("May be written to again");
  for (const each of [page, colleague])
    await expect(each.getByText(/^Free replies for another 23 h/)).toBeVisible();

  await test.step("an owner changes the words, which apply everywhere at once", async () => {
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("textbox", { name: "Search and commands" }).fill("opt-out");
    await page.getByRole("dialog").getByRole("button", { name: "Opt-out words" }).click();
    const card = page.getByRole("region", { name: "Opt-out words" });
    await card.getByRole("checkbox", { name: "English" }).uncheck();
    await card.getByLabel("Your words for opting out").fill("Feierabend\n…");
    await card.getByLabel("Your words for opting in again").fill("Weiter");
    await card.getByRole("button", { name: "Save opt-out words" }).click();
    await expect(card.getByLabel("Your words for opting out")).toHaveAccessibleDescription(
      /letters or digits/,
    );
    await inspectScreen(page, "settings, opt-out words");
    await card.getByLabel("Your words for opting out").fill("Feierabend");
    await card.getByRole("button", { name: "Save opt-out words" }).click();
    await expect(page.getByText("The opt-out words are saved.")).toBeVisible();
    await write("Feierabend, danke!");
    await expect(colleague.getByRole("region", { name: "Why you should not write now" })).toContainText(
      "when they write Weiter",
    );
    await colleague.goto("/settings");
    await expect(colleague.getByRole("button", { name: "Save opt-out words" })).toHaveAccessibleDescription(
      /Only owners and admins/,
    );
    await inspectScreen(colleague, "settings, opt-out words of a member");
  });
});

test("customers see that somebody types and has read, where an admin wants that", async ({
  page,
  setup,
  connect,
  joined,
  visitor,
  simulator,
}) => {
  await setup();
  const { id } = await connect();
  const { page: member } = await joined("member");
  await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: ANNA, body: "Moin", wait: true });
  const phone = await visitor();
  await phone.goto(simulator.url);
  await expect(phone.locator("#thread").getByText("Moin")).toBeVisible();
  await page.goto("/inbox");
  await row(page, "Moin").click();
  await messageField(page).fill("I am writing, and nobody is to know");

  const shown = (each: Page) => each.getByRole("switch", { name: /^Show customers when somebody types/ });
  await member.goto(`/connections/${id}`);
  await expect(shown(member)).toHaveAccessibleDescription(/^Only owners and admins can change this/);
  await shown(member).press("Space");
  await expect(shown(member)).not.toBeChecked();
  await page.goto(`/connections/${id}`);
  await shown(page).click();
  await expect(shown(page)).toBeChecked();
  await expect(shown(member), "everybody sees it at once").toBeChecked();
  await inspectScreen(page, "connection, typing is shown");

  await page.goto("/inbox");
  await row(page, "Moin").click();
  await expect(phone.getByText("typing…")).toHaveCount(0);
  await messageField(page).fill("From ten to four");
  await expect(phone.getByText("typing…")).toBeVisible();
  await expect(phone.getByRole("img", { name: "Read" })).toBeVisible();
  await messageField(page).press("Enter");
  await expect(phone.locator("#thread").getByText("From ten to four")).toBeVisible();
  await expect(phone.getByText("typing…")).toHaveCount(0);
});

test("every message that did not arrive says why, and what to do", async ({
  page,
  server,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  const write = (ending: string | number, profileName: string) =>
    simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: recipientWithEnding(ending).replace("whatsapp:", ""),
      body: `I am ${profileName}`,
      profileName,
      wait: true,
    });
  await page.goto("/inbox");
  const failures = [
    [63015, "Ask them to send its join code", "link", "Find the join code at Twilio"],
    [63003, "WhatsApp reaches nobody at this number", "link", "Try the number in WhatsApp"],
    [63016, "The 24 hours for free replies were over", "link", "Open templates at Twilio"],
    [63001, "WhatsApp did not accept this sender", "link", "Open senders at Twilio"],
    [63012, "had a fault of their own", "button", "Send again"],
    [21408, "may not send to this country", "link", "Open geo permissions"],
  ] as const;
  for (const [code, words, role, action] of failures) {
    await write(code, `Customer ${code}`);
    await open(page, `Customer ${code}`);
    await sendReply(page, `Hello ${code}`);
    const failed = bubble(page, `Hello ${code}`);
    await expect(failed).toContainText(words);
    await expect(failed.getByRole(role, { name: action })).toBeVisible();
    await expect(failed.getByRole("link", { name: `Error ${code}` })).toHaveAttribute(
      "href",
      `https://www.twilio.com/docs/api/errors/${code}`,
    );
  }
  await inspectScreen(page, "inbox, not sent, with a way out");

  await test.step("an answer that got lost is settled before the reader's eyes", async () => {
    await write(CREATE_ERROR_ENDINGS.reset, "Lost");
    await open(page, "Lost");
    await sendReply(page, "Did you get it?");
    const lost = bubble(page, "Did you get it?");
    await expect(lost.getByRole("button", { name: "Not known yet" })).toBeVisible();
    await expect(lost).toContainText("never goes out twice");
    await inspectScreen(page, "inbox, not known yet");
    await server.store.query(
      "update outgoing_messages set handed_over_at = now() - interval '6 minutes'",
      [],
    );
    await server.store.query("update jobs.job set start_after = now() where name = 'settle-message'", []);
    await expect(lost).toContainText("Twilio never received it. You can send it again.");
    await expect(lost.getByRole("button", { name: "Send again" })).toBeVisible();

    await write(CREATE_ERROR_ENDINGS.acceptedThenReset, "Found");
    await open(page, "Found");
    await sendReply(page, "And you?");
    await expect(bubble(page, "And you?").getByRole("button", { name: "Read" })).toBeVisible();
  });
});
