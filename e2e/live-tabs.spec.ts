import type { BrowserContext, Locator, Page } from "@playwright/test";
import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { signOut } from "./helpers/installation.ts";
import { countLiveStreams } from "./helpers/live-streams.ts";

const row = (page: Page, text: string): Locator =>
  page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: text });

/** Records which pages open live streams. */
function watchStreams(context: BrowserContext) {
  const openers: Page[] = [];
  context.on("request", (request) => {
    if (request.url().includes("events.changes")) openers.push(request.frame().page());
  });
  const leader = (): Page => {
    const page = openers.at(-1);
    if (!page) throw new Error("no tab has opened a live stream");
    return page;
  };
  return { openers, leader };
}

test("ten tabs load, share one stream, and get live changes, also after the leader has gone", async ({
  page,
  context,
  server,
  setup,
  connect,
  simulator,
}) => {
  test.slow();
  await setup();
  await connect();
  const { openers, leader } = watchStreams(context);
  const write = (body: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });
  await write("Before any tab");
  const tabs = [page];
  while (tabs.length < 10) tabs.push(await context.newPage());
  const everywhere = (text: string) =>
    Promise.all(tabs.map((tab) => expect(row(tab, text)).toBeVisible({ timeout: 60_000 })));
  const without = (gone: Page) => tabs.splice(tabs.indexOf(gone), 1);

  await test.step("all ten load, at the same time", async () => {
    await Promise.all(tabs.map((tab) => tab.goto("/inbox")));
    await everywhere("Before any tab");
    await expect.poll(() => countLiveStreams(server.url)).toBe(1);
  });

  await test.step("a message shows in all of them", async () => {
    await write("To ten tabs");
    await everywhere("To ten tabs");
    expect(await countLiveStreams(server.url)).toBe(1);
    expect(openers).toHaveLength(1);
  });

  await test.step("the leader is closed: another tab takes over", async () => {
    const closed = leader();
    await closed.close();
    without(closed);
    await expect.poll(() => openers.length, { timeout: 60_000 }).toBe(2);
    await expect.poll(() => countLiveStreams(server.url)).toBe(1);
    await write("To nine tabs");
    await everywhere("To nine tabs");
  });

  await test.step("the leader crashes", async () => {
    const crashed = leader();
    await crashed.goto("chrome://crash").catch(() => {});
    without(crashed);
    await expect.poll(() => openers.length, { timeout: 60_000 }).toBe(3);
    await write("To eight tabs");
    await everywhere("To eight tabs");
    await expect.poll(() => countLiveStreams(server.url)).toBe(1);
  });

  await test.step("the browser freezes the leader", async () => {
    const frozen = leader();
    // Chromium only freezes hidden tabs, and in headless mode all tabs are visible.
    await frozen.evaluate(`document.dispatchEvent(new Event("freeze"))`);
    without(frozen);
    await expect.poll(() => openers.length, { timeout: 60_000 }).toBe(4);
    await write("To seven tabs");
    await everywhere("To seven tabs");
    await expect.poll(() => countLiveStreams(server.url)).toBe(1);
    // The frozen tab may have the message already, from a refetch that was in flight.
    await frozen.evaluate(`document.dispatchEvent(new Event("resume"))`);
    tabs.push(frozen);
    await everywhere("To seven tabs");
  });

  await test.step("the leader goes to another site and comes back", async () => {
    const away = leader();
    await away.goto("about:blank");
    await expect.poll(() => openers.length, { timeout: 60_000 }).toBe(5);
    await away.goto("/inbox");
    await write("To all again");
    await everywhere("To all again");
    expect(await countLiveStreams(server.url)).toBe(1);
    expect(openers).toHaveLength(5);
  });
});

test("a leader that hangs is replaced, and follows when it responds again", async ({
  page,
  context,
  setup,
  connect,
  simulator,
  server,
}) => {
  test.slow();
  await setup();
  await connect();
  const { openers } = watchStreams(context);
  const write = (body: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });
  await page.goto("/inbox");
  await write("Hello");
  await expect(row(page, "Hello")).toBeVisible();
  const other = await context.newPage();
  await other.goto("/inbox");
  await expect(row(other, "Hello")).toBeVisible();
  expect(openers).toEqual([page]);

  const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
  await page.route("**/never-answered", async (route) => {
    await isOver;
    await route.fulfill({ body: "" });
  });
  let isHanging = true;
  // A synchronous request blocks all scripts of the page.
  const hang = page
    .evaluate(
      `const request = new XMLHttpRequest();
      request.open("GET", "/never-answered", false);
      request.send();`,
    )
    .then(() => {
      isHanging = false;
    });
  await expect.poll(() => openers, { timeout: 60_000 }).toEqual([page, other]);
  await write("While the first tab hangs");
  await expect(row(other, "While the first tab hangs")).toBeVisible();
  expect(isHanging).toBe(true);
  end();
  await hang;
  await expect(row(page, "While the first tab hangs")).toBeVisible();
  await expect.poll(() => countLiveStreams(server.url)).toBe(1);
  await write("After that");
  for (const tab of [page, other]) await expect(row(tab, "After that")).toBeVisible();
});

test("each tab is present for itself, whichever tab has the stream", async ({
  page,
  context,
  setup,
  connect,
  joined,
  simulator,
}) => {
  await setup();
  await connect();
  const { openers } = watchStreams(context);
  const { page: mia } = await joined("member");
  for (const [from, profileName] of [
    ["+491511234567", "Anna Becker"],
    ["+34600555001", "Carla Ruiz"],
  ] as const)
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from,
      body: "Hello",
      profileName,
      wait: true,
    });
  const second = await context.newPage();
  const open = async (tab: Page, name: string) => {
    await tab.goto("/inbox");
    await row(tab, name).click();
    await expect(tab.getByRole("textbox", { name: `Message to ${name}` })).toBeVisible();
  };
  const ada = mia.getByRole("list", { name: "Also here" }).getByRole("img", { name: "Ada Owner" });
  await open(page, "Anna Becker");
  await open(second, "Carla Ruiz");
  expect(openers[0]).toBe(page);

  await test.step("at both conversations, and typing in the second tab is seen", async () => {
    await open(mia, "Anna Becker");
    await expect(ada).toBeVisible();
    await open(mia, "Carla Ruiz");
    await expect(ada).toBeVisible();
    await second.getByRole("textbox", { name: "Message to Carla Ruiz" }).pressSequentially("I am");
    await expect(mia.getByText("Ada Owner is typing…")).toBeVisible();
  });

  await test.step("what one tab reads is read in the other", async () => {
    await page.goto("/inbox");
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: "+34600555001",
      body: "Is this read?",
      wait: true,
    });
    await expect(second.getByText("Is this read?").last()).toBeVisible();
    await expect(row(page, "Is this read?")).toBeVisible();
    await expect(row(page, "Is this read?").getByText("unread")).toHaveCount(0);
  });

  await test.step("a tab without the stream that goes is gone at once", async () => {
    await second.goto("about:blank");
    await expect(ada).toHaveCount(0);
  });
});

test("what ends or changes a session reaches the tabs that follow", async ({
  page,
  context,
  server,
  setup,
  signIn,
  joined,
  connect,
}) => {
  test.slow();
  const owner = await setup();
  await connect();
  const { page: mia, person } = await joined("member");
  const hers = [mia, await mia.context().newPage(), await mia.context().newPage()];
  const eachOf = (tabs: Page[], locate: (tab: Page) => Locator) =>
    Promise.all(tabs.map((tab) => expect(locate(tab)).toBeVisible()));
  await page.goto("/team");
  for (const tab of hers) await tab.goto("/team");
  await eachOf(hers, (tab) => tab.getByRole("heading", { name: "Team" }));

  await test.step("another role", async () => {
    await page.getByRole("combobox", { name: "Role of Mia Member" }).selectOption("admin");
    await eachOf(hers, (tab) => tab.getByRole("link", { name: "Audit log" }));
  });

  await test.step("another organisation, chosen in one tab", async () => {
    const { data } = await mutateApi<{ id: string }>(page, "organizations.create", { name: "Second Shop" });
    const tabs = [page, await context.newPage()];
    await mutateApi(page, "organizations.activate", { organizationId: owner.organizationId });
    for (const tab of tabs) await tab.goto("/team");
    await eachOf(tabs, (tab) => tab.getByRole("button", { name: "Organisation: Harbour Bakery" }));
    expect(data.id).not.toBe(owner.organizationId);
    await tabs[1]?.getByRole("button", { name: "Organisation: Harbour Bakery" }).click();
    await tabs[1]?.getByRole("menuitem", { name: "Second Shop" }).click();
    await eachOf(tabs, (tab) => tab.getByRole("button", { name: "Organisation: Second Shop" }));
    await mutateApi(page, "organizations.activate", { organizationId: owner.organizationId });
    await eachOf(tabs, (tab) => tab.getByRole("button", { name: "Organisation: Harbour Bakery" }));
    await tabs[1]?.close();
  });

  await test.step("signed out in one tab, and in again as the same person", async () => {
    const [first, second] = hers as [Page, Page];
    await signOut(second, person.name);
    await eachOf(hers, (tab) => tab.getByRole("heading", { name: "Sign in" }));
    await signIn(person, first);
    for (const tab of hers) await tab.goto("/team");
    await eachOf(hers, (tab) => tab.getByRole("button", { name: `Your account: ${person.name}` }));
    await expect.poll(() => countLiveStreams(server.url)).toBe(2);
  });

  await test.step("signed in as somebody else in one tab: the others show that person, or nobody", async () => {
    const [first, second, third] = hers as [Page, Page, Page];
    await signIn(owner, first);
    for (const tab of [second, third])
      await expect(tab.getByRole("button", { name: `Your account: ${person.name}` })).toHaveCount(0);
    await signIn(person, first);
    for (const tab of hers) await tab.goto("/team");
    await eachOf(hers, (tab) => tab.getByRole("button", { name: `Your account: ${person.name}` }));
  });

  await test.step("removed", async () => {
    const { status } = await mutateApi(mia, "team.leave", { organizationId: owner.organizationId });
    expect(status).toBe(200);
    for (const tab of hers) await expect(tab.getByRole("heading", { name: "Sign in" })).toBeVisible();
  });
});
