import type { Locator, Page } from "@playwright/test";
import { recipientWithEnding, SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";
import { messageField, sendReply } from "./helpers/thread.ts";

const ANNA = "+491511234567";

const rows = (page: Page): Locator => page.getByRole("list", { name: "Conversations" }).getByRole("listitem");
const row = (page: Page, name: string): Locator => rows(page).filter({ hasText: name });
const messages = (page: Page): Locator => page.getByRole("region", { name: "Messages" });
const bubble = (page: Page, text: string): Locator =>
  messages(page).getByRole("listitem").filter({ hasText: text });
const badge = (page: Page): Locator =>
  page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Inbox" });

test("a customer is answered, and everything is seen as it happens", async ({
  page,
  server,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  await connect();
  const colleague = (await joined("member")).page;
  const write = (body: string, from = ANNA, profileName = "Anna Becker") =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from, body, profileName, wait: true });
  let loads = 0;

  await test.step("an empty inbox leads to the simulator", async () => {
    for (const each of [page, colleague]) {
      await each.goto("/inbox");
      await expect(each.getByRole("heading", { name: "No conversation yet" })).toBeVisible();
      each.on("load", () => loads++);
    }
    await expect(page.getByRole("link", { name: "Open the simulator" })).toHaveAttribute(
      "href",
      simulator.url,
    );
  });

  await test.step("what the customer writes appears in two browsers", async () => {
    await write("Is it *open* on Sunday? https://example.org/menu");
    for (const each of [page, colleague]) {
      await expect(row(each, "Anna Becker")).toContainText("1 unread");
      await expect(badge(each)).toContainText("1 unread");
    }
    await row(page, "Anna Becker").click();
    await expect(bubble(page, "Sunday").locator("strong")).toHaveText("open");
    await expect(bubble(page, "Sunday").getByRole("link")).toHaveAttribute(
      "href",
      "https://example.org/menu",
    );
    await expect(row(page, "Anna Becker")).not.toContainText("unread");
    await expect(badge(page)).not.toContainText("unread");
    await expect(badge(colleague), "unread is each person's own").toContainText("1 unread");
    await row(colleague, "Anna Becker").click();
    await expect(page.getByText(/^Free replies for another 23 h 5\d min$/)).toBeVisible();
  });

  await test.step("an answer goes out, and its ticks come back to both", async () => {
    await sendReply(page, "From ten to four.");
    await expect(messageField(page)).toHaveValue("");
    for (const each of [page, colleague]) {
      await expect(bubble(each, "From ten to four.")).toHaveCount(1);
      await expect(bubble(each, "From ten to four.").getByRole("button", { name: "Read" })).toBeVisible();
    }
    await bubble(page, "From ten to four.").getByRole("button", { name: "Read" }).click();
    const timeline = page.getByRole("dialog");
    for (const word of ["Written here", "Sent", "Delivered", "Read"])
      await expect(timeline.getByRole("listitem").filter({ hasText: word })).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(timeline).toHaveCount(0);
  });

  await test.step("a draft survives a reload, and belongs to its conversation", async () => {
    await messageField(colleague).fill("I was about to say");
    await colleague.reload();
    await expect(messageField(colleague)).toHaveValue("I was about to say");
    await messageField(colleague).fill("");
  });

  await test.step("a long text goes out in parts, in order", async () => {
    await messageField(page).fill(`${"first ".repeat(250)}${"second ".repeat(50)}`);
    await expect(page.getByText("It goes out as 2 messages, in order.")).toBeVisible();
    await messageField(page).press("Enter");
    await expect(bubble(page, "second").getByRole("button", { name: "Read" }).last()).toBeVisible();
    const sent = simulator.listMessages({ customer: `whatsapp:${ANNA}` }).slice(-2);
    expect(sent.map(({ body }) => body.split(" ")[0])).toEqual(["first", "second"]);
    expect(sent.every(({ body }) => body.length <= 1_600)).toBe(true);
  });

  await test.step("somebody takes it, resolves it, and the customer brings it back", async () => {
    await page.getByRole("button", { name: "Assigned to: Unassigned" }).click();
    await page.getByRole("menuitem", { name: "Mia Member" }).click();
    await expect(colleague.getByRole("button", { name: "Assigned to: You" })).toBeVisible();
    await colleague.getByRole("radiogroup", { name: "Whose conversations" }).getByText("Mine").click();
    await expect(colleague).toHaveURL(/filter=mine/);
    await expect(rows(colleague)).toHaveCount(1);

    await page.getByRole("button", { name: "Resolve" }).click();
    await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Everything is resolved" })).toBeVisible();
    await expect(colleague.getByRole("button", { name: "Reopen" })).toBeVisible();
    await write("One more thing");
    await expect(row(page, "Anna Becker")).toContainText("One more thing");
    await expect(page.getByRole("button", { name: "Resolve" })).toBeVisible();
  });

  await test.step("the window closes, and opens by itself when the customer writes", async () => {
    await messageField(page).fill("Half a sentence");
    await server.store.query(
      "update conversation_activity set last_incoming_at = now() - interval '25 hours'",
      [],
    );
    await page.reload();
    const lock = page.getByRole("region", { name: "Why you cannot answer now" });
    await expect(
      lock.getByRole("heading", { name: /^Free replies ended (today|yesterday), / }),
    ).toBeVisible();
    await expect(lock.getByRole("link", { name: "Open templates at Twilio" })).toBeVisible();
    await expect(lock).toContainText("Your draft is kept.");
    await expect(messageField(page)).toHaveCount(0);
    await write("I am back");
    await expect(messageField(page)).toHaveValue("Half a sentence");
    await expect(lock).toHaveCount(0);
    await messageField(page).fill("");
  });

  await test.step("what cannot be delivered says why, and what to do", async () => {
    await write("Hello", recipientWithEnding("63018").replace("whatsapp:", ""), "Rita");
    await row(page, "Rita").click();
    await sendReply(page, "Good morning");
    const failed = bubble(page, "Good morning").first();
    await expect(failed.getByRole("button", { name: "Not sent" })).toBeVisible();
    await expect(failed).toContainText("This sender sent too much at once. Try again in a few minutes.");
    await expect(failed.getByRole("link", { name: "Error 63018" })).toBeVisible();
    await expect(row(page, "Rita").getByRole("img", { name: "Not sent" })).toBeVisible();
    await failed.getByRole("button", { name: "Send again" }).click();
    await expect(bubble(page, "Good morning")).toHaveCount(2);
    await expect(bubble(page, "Good morning").getByRole("button", { name: "Not sent" })).toHaveCount(2);
  });

  expect(loads, "nobody reloaded but where it was the matter").toBe(2);
});

test("what could not be handed over stays, and is sent once when there is a network again", async ({
  page,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  const { id } = await connect();
  await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: ANNA, body: "Moin", wait: true });
  await page.goto("/inbox");
  await row(page, "Moin").click();
  await expect(messageField(page)).toBeVisible();
  await page.context().setOffline(true);
  await sendReply(page, "Moin moin");
  await expect(bubble(page, "Moin moin").getByRole("alert")).toContainText("Waystation cannot be reached");
  await page.context().setOffline(false);
  await page.reload();
  await bubble(page, "Moin moin").getByRole("button", { name: "Try again" }).click();
  await expect(bubble(page, "Moin moin").getByRole("button", { name: "Read" })).toBeVisible();
  const answers = simulator
    .listMessages({ customer: `whatsapp:${ANNA}` })
    .filter(({ body }) => body === "Moin moin");
  expect(answers).toHaveLength(1);

  await mutateApi(page, "twilioWhatsApp.disconnect", { connectionId: id });
  await page.reload();
  await expect(page.getByRole("heading", { name: "+1 415 555 0100 is disconnected" })).toBeVisible();
});

test("the inbox is worked by keyboard, searched, and fits a phone", async ({
  page,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  for (let no = 0; no < 45; no++)
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: `+4915110000${String(no).padStart(2, "0")}`,
      body: `Question ${no}`,
      profileName: `Customer ${no}`,
      kind: no === 44 ? "location" : "text",
      wait: true,
    });
  await page.goto("/inbox");
  await expect(row(page, "Customer 44")).toContainText("Location");

  await test.step("by keyboard", async () => {
    const { keyboard } = page;
    await keyboard.press("j");
    await expect(page.getByRole("heading", { name: "Customer 44" })).toBeVisible();
    await expect(bubble(page, "on a map").getByRole("link")).toHaveAttribute("href", /openstreetmap/);
    await keyboard.press("j");
    await expect(page.getByRole("heading", { name: "Customer 43" })).toBeVisible();
    await keyboard.press("ArrowDown");
    await expect(row(page, "Customer 42").getByRole("link")).toBeFocused();
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Customer 42" })).toBeVisible();
    await keyboard.press("r");
    await expect(messageField(page)).toBeFocused();
    await keyboard.type("Answered");
    await keyboard.press("Shift+Enter");
    await keyboard.type("in two lines");
    await keyboard.press("Enter");
    await expect(bubble(page, "Answered")).toContainText("in two lines");
    await keyboard.press("Escape");
    await keyboard.press("a");
    await expect(page.getByRole("button", { name: "Assigned to: You" })).toBeVisible();
    await keyboard.press("e");
    await expect(page.getByRole("button", { name: "Reopen" })).toBeVisible();
    await keyboard.press("Shift+?");
    await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
    await keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("older ones load as one scrolls", async () => {
    await rows(page).last().scrollIntoViewIfNeeded();
    await expect(row(page, "Question 0")).toBeAttached();
    await expect(rows(page)).toHaveCount(44);
  });

  await test.step("names and words are found", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("question 7");
    await expect(rows(page)).toHaveCount(1);
    await expect(page).toHaveURL(/q=question\+7|q=question%207/);
    await page.getByLabel("Search conversations").fill("lighthouse");
    await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
    await page.getByRole("button", { name: "Clear the search" }).click();
    await page.getByLabel("Open or resolved").selectOption("Resolved");
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("Customer 42");
  });

  await test.step("on a phone", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto("/inbox");
    await row(page, "Customer 44").click();
    await expect(page.getByRole("list", { name: "Conversations" })).toBeHidden();
    await expect(page.getByRole("heading", { name: "Customer 44" })).toBeFocused();
    await expect(messageField(page)).toBeInViewport({ ratio: 1 });
    await page.getByRole("button", { name: "About this contact" }).click();
    await expect(page.getByRole("dialog", { name: "Contact" })).toContainText("+49 151 100 0044");
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await page.getByRole("link", { name: "Back to the conversations" }).click();
    await expect(row(page, "Customer 44")).toBeVisible();
  });
});

test("older conversations and a change load side by side, and neither is lost", async ({
  page,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  for (let no = 10; no < 43; no++)
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: `+49151100000${no}`,
      body: "Hello",
      profileName: `Customer ${no}`,
      wait: true,
    });
  await page.goto("/inbox");
  await expect(rows(page)).toHaveCount(30);
  const { data } = await queryApi<{ items: { id: string; contact: { name: string } }[] }>(
    page,
    "conversations.list",
    { filter: "all", search: "Customer 40", limit: 1 },
  );
  const conversationId = data.items[0]?.id ?? "";
  const isList = (url: URL) => url.pathname.includes("conversations.list");
  const release = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  await page.route(isList, async (route) => {
    held.resolve();
    await release.promise;
    await route.continue();
  });
  await mutateApi(page, "conversations.resolve", { conversationId });
  await held.promise;
  await rows(page).last().scrollIntoViewIfNeeded();
  await expect(page.getByRole("button", { name: "Load older" })).toHaveAttribute("data-loading", "true");
  release.resolve();
  await expect(row(page, "Customer 10")).toBeAttached();
  await expect(row(page, "Customer 40")).toHaveCount(0);
  await expect(rows(page)).toHaveCount(32);
});

test("the inbox in every state, light and dark, wide and narrow", async ({
  page,
  server,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await page.goto("/inbox");
  await expect(page.getByRole("heading", { name: "No sender is connected" })).toBeVisible();
  await inspectScreen(page, "inbox without a sender");
  await connect();
  const body = `Long ${"and longer ".repeat(30)}https://example.org/${"x".repeat(200)}`;
  const write = (from: string, more = {}) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from, wait: true, ...more });
  for (const kind of ["text", "image", "location", "button", "referral", "flow", "unknown"] as const)
    await write(ANNA, {
      kind,
      body,
      buttonText: body,
      profileName: "Maximiliana Featherstonehaugh-Cholmondeley",
    });
  await write(recipientWithEnding("63018").replace("whatsapp:", ""), { body: "Hi", profileName: "Rita" });
  await expect(rows(page)).toHaveCount(2);
  await row(page, "Rita").click();
  await sendReply(page, body);
  await expect(page.getByRole("button", { name: "Send again" })).toBeVisible();
  await inspectScreen(page, "inbox, not sent");
  await page.getByRole("button", { name: "Not sent" }).click();
  await expect(page.getByRole("dialog")).toContainText("Error 63018");
  await inspectScreen(page, "inbox, what became of a message");
  await page.keyboard.press("Escape");
  await row(page, "Maximiliana").click();
  await expect(bubble(page, "Answered form")).toBeVisible();
  await messageField(page).fill(body.repeat(4));
  await inspectScreen(page, "inbox, every kind, and a long draft");
  await messageField(page).fill("");
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspectScreen(page, "inbox, shortcuts");
  await server.store.query(
    "update conversation_activity set last_incoming_at = now() - interval '25 hours'",
    [],
  );
  await page.reload();
  await expect(page.getByRole("region", { name: "Why you cannot answer now" })).toBeVisible();
  await inspectScreen(page, "inbox, closed");
  await page.goto("/inbox?filter=mine");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await inspectScreen(page, "inbox, nothing found");
  await page.goto("/inbox/00000000-0000-7000-8000-000000000000");
  await expect(page.getByText("This conversation cannot be shown")).toBeVisible();
  await inspectScreen(page, "inbox, no such conversation");
});
