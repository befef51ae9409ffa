import { SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutate, query } from "./api.ts";
import { expect, test } from "./fixtures.ts";

test("the audit log tells who did what", async ({ page, setup, connect, joined }) => {
  await setup();
  const { id } = await connect({ sender: SENDERS.online });
  await joined("member", { name: "Mia Member", email: "mia@example.org" });
  const { data } = await query<{ members: { id: string; name: string }[] }>(page, "team.list");
  const mia = data.members.find(({ name }) => name === "Mia Member");
  await mutate(page, "team.changeRole", { memberId: mia?.id, role: "admin" });
  await mutate(page, "team.remove", { memberId: mia?.id });
  await mutate(page, "twilioWhatsApp.disconnect", { connectionId: id });

  await page.goto("/");
  await page.getByRole("link", { name: "Audit log" }).click();
  const log = page.getByRole("table", { name: "Audit log" });
  await expect(log.getByRole("rowheader")).toHaveText([
    "Ada Owner disconnected +1 415 555 0100",
    "Ada Owner removed mia@example.org",
    "Ada Owner changed the role of mia@example.org",
    "Mia Member joined as mia@example.org",
    "Ada Owner invited mia@example.org",
    "Ada Owner set the webhook at Twilio of +1 415 555 0100",
    "Ada Owner connected +1 415 555 0100",
    "Ada Owner set up Waystation with Harbour Bakery",
  ]);
  await expect(log, "never a token").not.toContainText("a".repeat(32));

  await page.getByRole("searchbox", { name: "Search the audit log" }).fill("role");
  await expect(log.getByRole("rowheader")).toHaveText(["Ada Owner changed the role of mia@example.org"]);
  await page.reload();
  await expect(log.getByRole("rowheader")).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search the audit log" }).fill("nobody");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
});
