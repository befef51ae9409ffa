import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";

test("a key for a program: made, used, seen, revoked", async ({
  page,
  setup,
  connect,
  simulator,
  server,
  context,
}) => {
  await setup();
  await connect({ sender: SENTINEL_SENDERS.online });
  await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: "+491511234567",
    body: "Moin",
    wait: true,
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  let key = "";
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    });

  await test.step("the owner makes it, and it is shown once", async () => {
    await page.goto("/");
    await page.getByRole("link", { name: "Settings" }).click();
    await expect(page.getByRole("heading", { name: "No program has a key" })).toBeVisible();
    await page.getByRole("button", { name: "Make a key" }).click();
    const dialog = page.getByRole("dialog", { name: "Make an API key" });
    await dialog.getByRole("button", { name: "Make the key" }).click();
    await expect(dialog.getByLabel("Name")).toHaveAccessibleDescription(/Enter a name/);
    await dialog.getByLabel("Name").fill("Order system");
    await dialog.getByRole("radio", { name: "Member" }).check();
    await dialog.getByLabel("Works for").selectOption("30 days");
    await dialog.getByRole("button", { name: "Make the key" }).click();
    await expect(dialog.getByRole("status").first()).toContainText("it is not shown again");
    await dialog.getByRole("button", { name: "Copy API key" }).click();
    key = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(key).toMatch(/^wst_[0-9a-f]{64}$/);
    await dialog.getByRole("button", { name: "Done" }).click();
    await expect(page.getByText(key)).toHaveCount(0);
  });

  const row = page.getByRole("table", { name: "API keys" }).getByRole("row", { name: "Order system" });
  await test.step("a program answers with it, under its own name", async () => {
    await expect(row).toContainText("by Ada Owner");
    await expect(row).toContainText("not used yet");
    const { items } = (await (await ask("/api/conversations")).json()) as { items: { id: string }[] };
    const sent = await ask(`/api/conversations/${items[0]?.id}/messages`, {
      method: "POST",
      body: JSON.stringify({ clientKey: "order 4711", body: "Your order is on its way." }),
    });
    expect(sent.status, await sent.text()).toBe(200);
    await page.goto(`/inbox/${items[0]?.id}`);
    await expect(page.getByText("Your order is on its way.").last()).toBeVisible();
    await expect(page.getByText("Order system")).toBeVisible();
    expect((await ask("/api/audit")).status, "with a member's role").toBe(403);
  });

  await test.step("it is revoked, and works no more", async () => {
    await page.goto("/settings");
    await expect(row.getByRole("cell", { name: /just now|second/ })).toBeVisible();
    await row.getByRole("button", { name: "Revoke Order system" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    const gone = page.getByRole("table", { name: "Keys that work no more" });
    await expect(gone.getByRole("row", { name: "Order system" })).toContainText("revoked");
    const refused = await ask("/api/conversations");
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ reason: "key_refused" });
    const { data } = await queryApi<{ items: { action: string; subject: string }[] }>(page, "audit.list");
    expect(data.items.slice(0, 2)).toMatchObject([
      { action: "key.revoked", subject: "Order system" },
      { action: "key.made", subject: "Order system" },
    ]);
  });

  await test.step("what programs can do stands in the reference", async () => {
    await page.getByRole("link", { name: "API reference" }).click();
    await expect(page.getByRole("heading", { name: "API reference" })).toBeVisible();
    await page.getByText("/api/conversations/{conversationId}/messages", { exact: true }).last().click();
    await expect(page.getByText("clientKey").first()).toBeVisible();
    await expect(page.getByText('"body": "Your order is on its way."')).toBeVisible();
  });
});

test("a member is told who can make keys", async ({ setup, joined }) => {
  await setup();
  const { page } = await joined("member");
  await page.goto("/settings?key=new");
  await expect(
    page.getByText("Only owners and admins can make API keys. Ask one of them.").first(),
  ).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const answer = await mutateApi(page, "apiKeys.make", { name: "Mine", role: "member", days: null });
  expect(answer).toMatchObject({ status: 403, reason: "not_allowed" });
});
