import type { Locator, Page } from "@playwright/test";
import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { inspectScreen } from "./helpers/screens.ts";
import { sendReply } from "./helpers/thread.ts";

const JOAO = "+4915112340001";
const WANG = "+8613800000003";

const rows = (page: Page): Locator => page.getByRole("list", { name: "Conversations" }).getByRole("listitem");
const thread = (page: Page): Locator => page.getByRole("region", { name: "Messages" });
const found = (page: Page): Locator => thread(page).locator("[aria-current=true]");
const search = (page: Page): Locator => page.getByRole("searchbox", { name: "Search conversations" });

interface Writer {
  sendIncoming(message: {
    to: string;
    from: string;
    body: string;
    profileName: string;
    wait: true;
  }): Promise<unknown>;
}

/** Creates two conversations. In one of them, `later` messages follow the message to find. */
async function writeConversations(simulator: Writer, later: number): Promise<void> {
  const write = (from: string, body: string, profileName: string) =>
    simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from, body, profileName, wait: true });
  await write(WANG, "你好", "王小明");
  await write(JOAO, "Hello\nIsto é o orc\u0327amento do Joa\u0303o para sa\u0301bado", "João Pessoa");
  for (let n = 1; n <= later; n++) await write(JOAO, `Later message ${n}`, "João Pessoa");
}

test("a message is found however it is written, and opened where it stands", async ({
  page,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  await writeConversations(simulator, 80);
  await page.goto("/inbox");

  await test.step("a result shows the line that matched, and what of it", async () => {
    await search(page).fill("ORÇAMENTO joao");
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).locator("mark")).toHaveText(["João", "orc\u0327amento", "Joa\u0303o"]);
    await expect(rows(page)).not.toContainText("Hello");
    await inspectScreen(page, "inbox, with what was found");
  });

  await test.step("it opens at the message, though that is pages deep", async () => {
    await rows(page).getByRole("link").click();
    await expect(found(page)).toContainText("orc\u0327amento");
    await expect(found(page)).toBeInViewport();
    await expect(page).toHaveURL(/[?&]message=/);
    await inspectScreen(page, "conversation, at the message that was found");
  });

  await test.step("the address leads there too", async () => {
    await page.goto(page.url());
    await expect(found(page)).toContainText("orc\u0327amento");
    await expect(found(page)).toBeInViewport();
  });

  await test.step("from there one reads on, up to the newest", async () => {
    const last = thread(page).getByText("Later message 80", { exact: true });
    await expect(last).toHaveCount(0);
    for (const n of [25, 75]) {
      const bubble = thread(page).getByText(`Later message ${n}`, { exact: true });
      await expect(async () => {
        await thread(page).press("End");
        await expect(bubble).toHaveCount(1, { timeout: 500 });
      }).toPass();
    }
    await expect(async () => {
      await thread(page).press("End");
      await expect(last).toBeInViewport({ timeout: 500 });
    }).toPass();
  });

  await test.step("one button leads to the newest message", async () => {
    await page.reload();
    await expect(found(page)).toBeInViewport();
    await page.getByRole("button", { name: "Newest" }).click();
    await expect(thread(page).getByText("Later message 80", { exact: true })).toBeInViewport();
    await expect(page).not.toHaveURL(/[?&]message=/);
  });

  await test.step("who answers from there sees the answer", async () => {
    await page.goBack();
    await rows(page).getByRole("link").click();
    await expect(found(page)).toBeInViewport();
    await sendReply(page, "It is ready.");
    await expect(thread(page).getByText("It is ready.")).toBeInViewport();
  });
});

test("a search leads to a message by name, number, keyboard and palette, and on a phone", async ({
  page,
  setup,
  connect,
  simulator,
}) => {
  await setup();
  await connect();
  await writeConversations(simulator, 3);
  await page.goto("/inbox");

  await test.step("a name in another script, and a number in any form", async () => {
    await search(page).fill("小明");
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page).locator("mark")).toHaveText(["小明"]);
    await search(page).fill("(0151) 1234-0001");
    await expect(rows(page)).toContainText("João Pessoa");
  });

  await test.step("the keyboard and the palette lead there as well", async () => {
    await page.goto("/inbox");
    await search(page).fill("orcamento");
    await expect(rows(page)).toHaveCount(1);
    await search(page).blur();
    await page.keyboard.press("j");
    await expect(found(page)).toBeInViewport();
    await page.goto("/");
    await page.getByRole("button", { name: "Search and commands" }).click();
    await expect(
      page.getByRole("dialog").getByRole("textbox", { name: "Search and commands" }),
    ).toBeFocused();
    await page.keyboard.type("sabado");
    await expect(page.getByRole("dialog").locator("mark")).toHaveText(["sa\u0301bado"]);
    await page.keyboard.press("Enter");
    await expect(found(page)).toBeInViewport();
  });

  await test.step("on a phone it opens there and leads back to what was found", async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto("/inbox?q=orcamento");
    await rows(page).getByRole("link").click();
    await expect(found(page)).toBeInViewport();
    await page.getByRole("link", { name: "Back to the conversations" }).click();
    await expect(search(page)).toHaveValue("orcamento");
    await expect(page).not.toHaveURL(/[?&]message=/);
    await page.setViewportSize({ width: 1280, height: 844 });
  });

  await test.step("what is not there, and what is elsewhere", async () => {
    const link = await rows(page).getByRole("link").getAttribute("href");
    const conversation = /inbox\/([\w-]+)/.exec(link ?? "")?.[1];
    await search(page).fill("xylophone");
    await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
    await expect(page.getByText("xylophone")).toBeVisible();
    await inspectScreen(page, "inbox, nothing found");
    await mutateApi(page, "conversations.resolve", { conversationId: conversation });
    await search(page).fill("orcamento");
    await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
    await page.getByRole("button", { name: "Search resolved ones" }).click();
    await expect(rows(page).locator("mark")).toHaveText(["orc\u0327amento"]);
    await page.goto(`/inbox/${conversation}?message=00000000-0000-8000-8000-000000000000`);
    await expect(page.getByRole("alert")).toContainText("There is no such message");
    await page.getByRole("button", { name: "Show the newest messages" }).click();
    await expect(thread(page).getByText("Later message 3")).toBeInViewport();
  });
});
