import { readFileSync } from "node:fs";
import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";

test("the audit log tells who did what", async ({ page, setup, connect, joined }) => {
  await setup();
  const { id } = await connect({ sender: SENTINEL_SENDERS.online });
  await joined("member", { name: "Mia Member", email: "mia@example.org" });
  const { data } = await queryApi<{ members: { id: string; name: string }[] }>(page, "team.list");
  const mia = data.members.find(({ name }) => name === "Mia Member");
  await mutateApi(page, "team.changeRole", { memberId: mia?.id, role: "admin" });
  await mutateApi(page, "team.remove", { memberId: mia?.id });
  await mutateApi(page, "twilioWhatsApp.disconnect", { connectionId: id });

  await page.goto("/");
  await page.getByRole("link", { name: "Audit log" }).click();
  const log = page.getByRole("table", { name: "Audit log" });
  await expect(log.getByRole("rowheader")).toHaveText([
    "Ada Owner disconnected +1 415 555 0100",
    "Ada Owner removed mia@example.org",
    "Ada Owner changed the role of mia@example.org",
    "Mia Member signed in as mia@example.org",
    "Mia Member joined as mia@example.org",
    "Ada Owner invited mia@example.org",
    "Ada Owner set the webhook at Twilio of +1 415 555 0100",
    "Ada Owner connected +1 415 555 0100",
    "Ada Owner signed in as ada@example.org",
    "Ada Owner set up Waystation with Harbour Bakery",
  ]);
  await expect(log, "never a token").not.toContainText("a".repeat(32));

  await page.getByRole("searchbox", { name: "Search the audit log" }).fill("role");
  await expect(log.getByRole("rowheader")).toHaveText(["Ada Owner changed the role of mia@example.org"]);
  await page.reload();
  await expect(log.getByRole("rowheader")).toHaveCount(1);
  await page.getByRole("searchbox", { name: "Search the audit log" }).fill("nobody");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await page.getByRole("searchbox", { name: "Search the audit log" }).fill("");

  await page.getByLabel("Person or key").selectOption("Mia Member");
  await expect(log.getByRole("rowheader")).toHaveText([
    "Mia Member signed in as mia@example.org",
    "Mia Member joined as mia@example.org",
  ]);
  await page.getByLabel("Person or key").selectOption("Everybody");
  await page.getByLabel("Kind of deed").selectOption("Connections");
  await expect(log.getByRole("rowheader")).toHaveCount(3);
  await page.getByLabel("To this day").fill("2020-01-01");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await page.getByLabel("To this day").fill("");
  await expect(log.getByRole("rowheader")).toHaveCount(3);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "CSV, for a spreadsheet" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^audit-log-.*\.csv$/);
  const lines = readFileSync(await file.path(), "utf8")
    .trim()
    .split("\r\n");
  expect(lines.map((line) => line.split(",")[3])).toEqual([
    '"Action"',
    '"connection.disconnected"',
    '"connection.webhook_configured"',
    '"connection.connected"',
  ]);
});
