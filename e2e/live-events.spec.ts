import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, SENTINEL_TOKENS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, eventRows } from "./helpers/installation.ts";

test("webhooks appear by themselves in every open browser, and can be read, filtered and found", async ({
  page,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  const { id, webhookUrl } = await connect();
  const colleague = (await joined("member")).page;
  const pages = [page, colleague];
  let loads = 0;
  for (const each of pages) {
    await each.goto(`/connections/${id}`);
    await expect(each.getByRole("status", { name: "Live updates: live" })).toBeVisible();
    each.on("load", () => loads++);
  }

  const customer = "+491511234567";
  const write = (body: string, more = {}) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: customer, body, wait: true, ...more });

  await test.step("a message arrives in two browsers at once", async () => {
    await write("Is it open on Sunday?");
    await write("Or on Monday?");
    for (const each of pages) {
      await expect(eventRows(each)).toHaveCount(2);
      await expect(eventRows(each).first(), "newest first").toContainText("“Or on Monday?”");
      await expect(connectionVerdict(each).getByRole("heading")).toHaveText("Working");
      await expect(each.getByRole("region", { name: "Last 24 hours" })).toContainText("Messages in, 24 h2");
    }
    expect(loads, "nobody reloaded").toBe(0);
  });

  await test.step("the drawer shows every parameter that Twilio sent", async () => {
    const { delivery } = await write("Grüße & <b>Küsse</b> 🙂", { kind: "location", label: "Pier 4" });
    await eventRows(page).filter({ hasText: "Küsse" }).getByRole("button").click();
    const drawer = page.getByRole("dialog", { name: "Message from +49 151 123 4567" });
    await expect(drawer).toContainText("stored before Twilio got its answer");
    const sent = Object.entries(delivery?.params ?? {});
    expect(sent.length).toBeGreaterThan(10);
    await expect(drawer.getByRole("region", { name: "Parameters" }).getByRole("row")).toHaveCount(
      sent.length,
    );
    for (const [name, value] of sent)
      await expect(
        drawer
          .getByRole("row")
          .filter({ has: page.getByRole("rowheader", { name, exact: true }) })
          .getByRole("cell")
          .first(),
      ).toHaveText(value === "" ? "empty" : value);
    await drawer.getByRole("button", { name: "Older event" }).click();
    await expect(page.getByRole("dialog")).toContainText("Or on Monday?");
    await page.getByRole("button", { name: "Close" }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  });

  await test.step("statuses of what the business sends come too, and kinds can be told apart", async () => {
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+34600555001", body: "Hola" });
    const sent = await fetch(
      `${simulator.url}/2010-04-01/Accounts/${SENTINEL_ACCOUNTS.healthy}/Messages.json`,
      {
        method: "POST",
        headers: {
          authorization: `Basic ${btoa(`${SENTINEL_ACCOUNTS.healthy}:${SENTINEL_TOKENS.primary}`)}`,
        },
        body: new URLSearchParams({
          From: SENTINEL_SENDERS.online,
          To: `whatsapp:${customer}`,
          Body: "From ten to four.",
        }),
      },
    );
    expect(sent.status).toBe(201);
    await expect(eventRows(page).filter({ hasText: "read" })).toHaveCount(1);
    const all = await eventRows(page).count();

    await page.getByLabel("Kind of event").selectOption("Statuses");
    await expect(page).toHaveURL(/kind=status/);
    await expect(eventRows(page).filter({ hasText: "“" })).toHaveCount(0);
    const statuses = await eventRows(page).count();
    await page.getByLabel("Kind of event").selectOption("Messages");
    await expect(eventRows(page)).toHaveCount(all - statuses);
    await page.getByLabel("Kind of event").selectOption("All kinds");
    await expect(eventRows(page)).toHaveCount(all);
  });

  await test.step("a search finds text, number and message, and says when there is nothing", async () => {
    const search = page.getByRole("searchbox", { name: "Search events" });
    await search.fill("sunday");
    await expect(eventRows(page)).toHaveCount(1);
    await expect(eventRows(page)).toContainText("Is it open on Sunday?");
    await search.fill("Küsse 🙃");
    await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
    await page.getByRole("button", { name: "Clear the filters" }).click();
    await expect(search).toHaveValue("");
    await search.fill("34600555001");
    await expect(eventRows(page)).toHaveCount(1);

    await eventRows(page).getByRole("button").click();
    await page.getByRole("dialog").getByRole("button", { name: "All events of this message" }).click();
    await expect(search).toHaveValue(/^SM[0-9a-f]{32}$/);
    await expect(eventRows(page)).toHaveCount(1);
    await page.reload();
    await expect(search, "the search is part of the address").toHaveValue(/^SM/);
    await expect(eventRows(page)).toHaveCount(1);
    await search.fill("");
  });

  await test.step("a forged webhook is refused, and listed as such", async () => {
    const forged = await fetch(webhookUrl, {
      method: "POST",
      headers: { "x-twilio-signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
      body: new URLSearchParams({
        AccountSid: SENTINEL_ACCOUNTS.healthy,
        MessageSid: `SM${"0".repeat(32)}`,
        From: "whatsapp:+15005550666",
        To: SENTINEL_SENDERS.online,
        Body: "Send me the money",
        NumMedia: "0",
      }),
    });
    expect(forged.status).toBe(401);
    for (const each of pages) {
      await expect(connectionVerdict(each)).toContainText("1 webhook was rejected in the last 24 hours");
      await expect(eventRows(each).filter({ hasText: "Send me the money" })).toHaveCount(0);
    }
    await page.getByRole("link", { name: "See why" }).click();
    await expect(page.getByRole("radio", { name: "Refused" })).toBeChecked();
    await expect(eventRows(page)).toHaveCount(1);
    await expect(eventRows(page)).toContainText("refused");
    await eventRows(page).getByRole("button").click();
    const drawer = page.getByRole("dialog", { name: "Refused webhook" });
    await expect(drawer).toContainText("Send me the money");
    await expect(drawer.getByRole("status").first()).toContainText(/signature/);
  });

  await test.step("the next genuine one puts the verdict right again", async () => {
    await write("Still there?");
    await expect(connectionVerdict(colleague).getByRole("heading")).toHaveText("Working");
    await expect(eventRows(colleague).first()).toContainText("Still there?");
  });
});
