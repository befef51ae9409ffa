import type { Page } from "@playwright/test";
import { SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import type { Simulator } from "@waystation/twilio-simulator/simulator";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { HOSTILE_MESSAGES, SCRIPT_RAN_FLAG, SCRIPT_TRAP } from "./helpers/hostile-texts.ts";

type Incoming = Parameters<Simulator["sendIncoming"]>[0];

const SHORT = '"><img data-planted src=x onerror=planted()>';
const PER_THREAD = 6;

const base64 = (text: string) => Buffer.from(text).toString("base64");
/** Letters and digits of a text. Markup, truncation and unstorable characters do not change them. */
const letters = (text: string) => text.replace(/[^\p{L}\p{N}]/gu, "");
const number = (no: number) => `+49151000${String(no).padStart(5, "0")}`;
const expectOnlyText = async (page: Page, where: string) =>
  expect(await page.evaluate<string[]>(SCRIPT_RAN_FLAG), where).toEqual([]);

/** The same text in every field that a customer controls. */
function messagesWith(text: string): Omit<Incoming, "to" | "from">[] {
  const card = ["BEGIN:VCARD", "VERSION:3.0", `FN:${text}`, `ORG:${text}`, `TEL:${text}`, `EMAIL:${text}`];
  const escaped = card.map((line) => line.replaceAll("\n", "\\n"));
  return [
    { body: text },
    { kind: "location", label: text, address: text, raw: { Body: text } },
    {
      kind: "contacts",
      media: [{ contentType: "text/vcard", data: base64([...escaped, "END:VCARD", ""].join("\r\n")) }],
    },
    {
      kind: "document",
      body: text,
      media: [
        { contentType: "application/pdf", data: base64("%PDF-1.4\n"), name: `${text.toWellFormed()}.pdf` },
      ],
    },
    { kind: "list", listTitle: `> ${text}`, listDescription: text, raw: { Body: text } },
    { kind: "flow", raw: { FlowData: JSON.stringify({ [text]: text }), InteractiveData: text } },
    {
      kind: "referral",
      body: "",
      raw: { ReferralHeadline: text, ReferralBody: text, ReferralSourceUrl: text, ReferralMediaUrl: text },
    },
  ];
}

test("whatever people are called and write is text, and nothing but text", async ({
  page,
  context,
  server,
  setup,
  connect,
  joined,
  simulator,
}) => {
  test.setTimeout(300_000);
  const elsewhere: string[] = [];
  context.on("request", (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(server.url))
      elsewhere.push(request.url());
  });
  page.on("dialog", (dialog) => elsewhere.push(`a dialog: ${dialog.message()}`));
  await context.addInitScript(SCRIPT_TRAP);
  await setup({ name: SHORT, organization: SHORT });
  await connect();
  await joined("member", { name: SHORT });

  for (const [no, text] of HOSTILE_MESSAGES.entries()) {
    const first = no - (no % PER_THREAD);
    const names = { profileName: text, profileUsername: text };
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: number(no),
      body: text,
      ...names,
      wait: true,
    });
    const further = messagesWith(text).map((message) => ({
      to: SENTINEL_SENDERS.online,
      from: number(first),
      profileName: HOSTILE_MESSAGES[first] ?? "",
      ...message,
    }));
    await Promise.all(further.map((message) => simulator.sendIncoming({ ...message, wait: true })));
    const added = await mutateApi(page, "replies.add", { shortcut: `r${no}`, body: text });
    expect(added.status, added.message).toBe(200);
  }
  const listed = await queryApi<{ items: { id: string; contact: { address: string; name: string } }[] }>(
    page,
    "conversations.list",
    { filter: "all", limit: 100 },
  );
  expect(listed.data.items).toHaveLength(HOSTILE_MESSAGES.length);
  const threads = listed.data.items
    .map(({ id, contact }) => ({ id, no: Number(contact.address.slice(-5)) }))
    .filter(({ no }) => no % PER_THREAD === 0);
  for (const { id: conversationId, no } of threads)
    for (const text of HOSTILE_MESSAGES.slice(no, no + PER_THREAD)) {
      await mutateApi(page, "notes.add", { conversationId, body: text });
      await mutateApi(page, "contacts.saveNote", { conversationId, body: text, since: null });
      await mutateApi(page, "messages.send", {
        conversationId,
        clientKey: `key of ${letters(text)}`.slice(0, 99),
        body: text,
      });
    }
  await mutateApi(page, "apiKeys.make", { name: SHORT, role: "member", days: null });

  await test.step("the list of conversations", async () => {
    await page.goto("/inbox?filter=all");
    const list = page.getByRole("list", { name: "Conversations" });
    await expect(list.getByRole("listitem").first()).toBeVisible();
    await expectOnlyText(page, "the list");
  });

  await test.step("their threads, with all that can be in one", async () => {
    const list = page.getByRole("list", { name: "Conversations" });
    for (const { id, no } of threads) {
      await page.goto(`/inbox/${id}`);
      const messages = page.getByRole("region", { name: "Messages" });
      const own = HOSTILE_MESSAGES.slice(no, no + PER_THREAD);
      for (const text of own)
        await expect.poll(async () => letters((await messages.textContent()) ?? "")).toContain(letters(text));
      await expect(page.getByRole("complementary", { name: "Contact" }).getByRole("textbox")).not.toHaveValue(
        "",
      );
      await expect(list.getByRole("listitem").first()).toBeVisible();
      await expectOnlyText(page, own.join("\n"));
    }
  });

  await test.step("every other screen that shows them", async () => {
    for (const path of [
      "/",
      "/replies",
      "/webhooks",
      "/connections",
      "/audit",
      "/team",
      "/settings",
      "/profile",
    ]) {
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.getByText("planted()").first(), path).toBeVisible();
      await expectOnlyText(page, path);
    }
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("dialog").getByRole("textbox").fill("planted");
    await expect(page.getByRole("dialog").getByText("planted()").first()).toBeVisible();
    await expectOnlyText(page, "the palette");
  });
  expect(elsewhere).toEqual([]);
});

test("where texts were taken for HTML, that would be seen", async ({ browser }) => {
  // A blank page outside the console, without the server's Content Security Policy.
  const context = await browser.newContext();
  await context.addInitScript(SCRIPT_TRAP);
  const page = await context.newPage();
  // In a single call, because one of the texts navigates away.
  const harmful = await page.evaluate<
    string[]
  >(`${JSON.stringify(HOSTILE_MESSAGES.map((text) => text.toWellFormed()))}
    .filter((text) => {
      document.body.innerHTML = text;
      return ${SCRIPT_RAN_FLAG}.length > 0;
    })`);
  expect(harmful.length).toBeGreaterThan(50);
  await page.close();
  const other = await context.newPage();
  await other.setContent(`<img src="data:," onerror="planted()"><a href="https://example.com/">out</a>`);
  await expect.poll(() => other.evaluate<string[]>(SCRIPT_RAN_FLAG)).toContain("a script ran");
  expect(await other.evaluate<string[]>(SCRIPT_RAN_FLAG)).toContain(
    "a link out that keeps its opener: https://example.com/",
  );
  await context.close();
});
