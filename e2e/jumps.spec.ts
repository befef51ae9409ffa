import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";

/** Layout shifts up to this score are too small to notice. The Core Web Vitals rate a score up to 0.1 as good. */
const UNSEEN = 0.01;

/** Records layout shifts without user input, with the browser's own score. */
const WATCH = `window.moved = [];
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries())
    if (!hadRecentInput)
      window.moved.push({ value, what: sources.map(({ node }) => node?.className ?? node?.nodeName ?? "gone") });
}).observe({ type: "layout-shift", buffered: true });`;

test("nothing jumps while a page loads", async ({ page, setup, connect, simulator }) => {
  await setup();
  const { id } = await connect();
  for (let count = 0; count < 15; count++)
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: "+491511234567",
      body: "Moin",
      wait: true,
    });
  await page.addInitScript(WATCH);
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const [path, last] of [
      ["/", page.getByRole("list", { name: "Last events" })],
      ["/webhooks", page.getByRole("list", { name: "Live events" })],
      ["/connections", page.getByRole("list", { name: "Active connections" })],
      [`/connections/${id}`, page.getByRole("list", { name: "Live events" })],
      ["/connections/new?mode=test", page.getByLabel("Simulated account")],
      ["/team", page.getByRole("table", { name: "Members" })],
      ["/audit", page.getByRole("table", { name: "Audit log" })],
      ["/profile", page.getByText("this device")],
      ["/inbox", page.getByRole("list", { name: "Conversations" })],
    ] as const) {
      await page.goto(path);
      await expect(last).toBeVisible();
      await page.waitForLoadState("load");
      const moved = await page.evaluate<{ value: number; what: string[] }[]>("window.moved");
      const seen = moved.filter(({ value }) => value > UNSEEN);
      expect.soft(seen, `${path} at ${width} px`).toEqual([]);
    }
  }
});
