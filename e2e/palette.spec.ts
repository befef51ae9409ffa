import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";

test("everything is reached by typing", async ({ page, setup, connect, simulator }) => {
  await setup();
  await connect();
  for (const [from, body, profileName] of [
    ["+491511234567", "Is there lemon cake?", "Anna Becker"],
    ["+34600555001", "Hola", "Carla Ruiz"],
  ] as const)
    await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from, body, profileName, wait: true });
  await mutateApi(page, "replies.add", { shortcut: "hours", body: "Ten to four" });
  const dialog = page.getByRole("dialog");
  const search = dialog.getByRole("textbox", { name: "Search and commands" });
  const offered = (name: string) => dialog.getByRole("button", { name });
  const open = async (text: string) => {
    await page.keyboard.press("ControlOrMeta+k");
    await expect(search).toBeFocused();
    await page.keyboard.type(text);
  };
  await page.goto("/");

  await test.step("a screen, by the button and by the key", async () => {
    const button = page.getByRole("button", { name: "Search and commands" });
    await button.click();
    await expect(search).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(button).toBeFocused();
    await open("canned");
    await expect(offered("Canned replies")).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Canned replies", level: 1 })).toBeFocused();
  });

  await test.step("a conversation, by what was written in it", async () => {
    await open("lemon");
    await expect(offered("Anna Becker")).toBeVisible();
    await inspectScreen(page, "palette, with what was found");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Anna Becker", level: 2 })).toBeVisible();
    await expect(dialog).toHaveCount(0);
  });

  await test.step("what can be done with it, from within a field", async () => {
    await page.getByRole("textbox", { name: "Message to Anna Becker" }).focus();
    await open("");
    await expect(offered("Resolve")).toBeVisible();
    await page.keyboard.type("assign to me");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("button", { name: "Assigned to: You" })).toBeVisible();
    await open("note");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Note for your team" })).toBeFocused();
    await open("canned reply");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Message to Anna Becker" })).toBeFocused();
    await expect(page.getByRole("option", { name: "/hours" })).toBeVisible();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("textbox", { name: "Message to Anna Becker" })).toHaveValue("Ten to four");
  });

  await test.step("the theme, and what is not there", async () => {
    await open("dark");
    await page.keyboard.press("Enter");
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
    await open("no such thing");
    await expect(dialog).toContainText("Nothing is called that, and nobody wrote it.");
    await page.keyboard.press("Escape");
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Overview", level: 1 })).toBeVisible();
    await open("");
    await expect(offered("Overview")).toBeVisible();
    await expect(offered("Resolve")).toHaveCount(0);
  });
});
