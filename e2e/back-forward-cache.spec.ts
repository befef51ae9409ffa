import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { countLiveStreams } from "./helpers/live-streams.ts";

/** Enables the back/forward cache, as in desktop Chrome. Playwright disables it by default. */
test.use({
  launchOptions: async ({ launchOptions }, use) =>
    use({ ...launchOptions, ignoreDefaultArgs: ["--disable-back-forward-cache"] }),
});

test("a tab that loads pages again and again has one stream, and going back restores live changes", async ({
  page,
  server,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  const write = (body: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from: "+491511234567", body, wait: true });
  const conversation = (text: string) =>
    page.getByRole("list", { name: "Conversations" }).getByRole("listitem").filter({ hasText: text });
  await write("The first message");

  for (let load = 1; load <= 10; load++)
    await test.step(`load ${load}`, async () => {
      await page.goto(`/inbox?load=${load}`);
      await page.evaluate(`
        addEventListener("pageshow", ({ persisted }) => {
          document.documentElement.dataset.restored = String(persisted);
        })`);
      await expect(conversation("The first message")).toBeVisible();
      await expect.poll(() => countLiveStreams(server.url)).toBe(1);
    });

  await test.step("back: the page comes from the cache, catches up, and is live", async () => {
    await write("While another page was shown");
    await expect(conversation("While another page was shown")).toBeVisible();
    await page.evaluate("history.back()");
    await expect(page).toHaveURL(/load=9$/);
    await expect(page.locator("html")).toHaveAttribute("data-restored", "true");
    await expect(conversation("While another page was shown")).toBeVisible();
    await expect.poll(() => countLiveStreams(server.url)).toBe(1);
    await write("After going back");
    await expect(conversation("After going back")).toBeVisible();
  });

  await test.step("from another site", async () => {
    await page.goto(simulator.url);
    await expect.poll(() => countLiveStreams(server.url)).toBe(0);
    await write("While the console was away");
    await page.evaluate("history.back()");
    await expect(conversation("While the console was away")).toBeVisible();
    await write("At last");
    await expect(conversation("At last")).toBeVisible();
    expect(await countLiveStreams(server.url)).toBe(1);
  });
});
