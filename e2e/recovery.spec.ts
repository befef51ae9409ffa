import { expect, test } from "./helpers/fixtures.ts";

/** Matches team requests, also within a batch. */
const TEAM = /\/api\/trpc\/[^?]*team\./;

test("a page that failed to load, and a stream that a proxy refused, recover when the server is back", async ({
  browser,
  server,
  setup,
  signIn,
  connect,
}) => {
  const owner = await setup();
  const { id } = await connect();
  // Page errors are not checked, because requests fail on purpose.
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await signIn(owner, page);
  const live = page.getByRole("status", { name: "Live updates: live" });

  await test.step("the stream, which a proxy answers 503 for a while", async () => {
    let refused = 0;
    await page.route("**/events.changes*", (route) => {
      refused += 1;
      return route.fulfill({ status: 503, body: "Service Unavailable" });
    });
    await page.goto(`/connections/${id}`);
    await expect(page.getByText("The connection to Waystation was lost. Reconnecting…")).toBeVisible();
    await expect.poll(() => refused).toBeGreaterThan(1);
    await page.unroute("**/events.changes*");
    await expect(live).toBeVisible();
  });

  await test.step("a page whose data did not come", async () => {
    await page.route(TEAM, (route) => route.abort("connectionrefused"));
    await page.getByRole("link", { name: "Team" }).click();
    await expect(page.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
    await page.unroute(TEAM);
    await expect(page.getByRole("heading", { name: "Members" })).toBeVisible();
  });

  await test.step("a page loaded while nothing can be reached", async () => {
    await page.route("**/api/trpc/**", (route) => route.abort("connectionrefused"));
    await page.reload();
    await expect(page.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
    await page.unroute("**/api/trpc/**");
    await expect(page.getByRole("heading", { name: "Members" })).toBeVisible();
  });
  await context.close();
});
