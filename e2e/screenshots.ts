import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, expect, type Page } from "@playwright/test";
import { readConfig } from "@waystation/server/lifecycle/config";
import { createLogger } from "@waystation/server/lifecycle/logger";
import { startServer } from "@waystation/server/lifecycle/server";
import {
  recipientWithEnding,
  SENTINEL_ACCOUNTS,
  SENTINEL_SENDERS,
  sentinelTokenOf,
} from "@waystation/twilio-simulator/sentinels";
import { createSimulator, type Simulator } from "@waystation/twilio-simulator/simulator";
import { mutateApi, queryApi } from "./helpers/api.ts";
import { connectionVerdict, eventRows } from "./helpers/installation.ts";
import { submitCredentials } from "./helpers/wizard.ts";

const folder = join(import.meta.dirname, "../docs/screenshots");
const WIDTH = 1280;
const PHONE = { width: 390, height: 844 };
const MAX_BYTES = 200_000;
const owner = {
  name: "Ada Hafner",
  email: "ada@barharbour.example",
  password: "correct horse battery staple",
};
const talks = [
  ["+4520304050", "Freja Lund", "Do you rent by the hour?", "By the hour and by the day, from ten on."],
  ["+351912345678", "Tiago Moreira", "Can I bring my dog?", "Yes, there is room for a dog on board."],
  ["+14155550188", "Grace Kim", "Is parking free?", "Behind the office, all day."],
  [
    "+33639980177",
    "Chloé Lefèvre",
    "Two kayaks for Saturday, please",
    "Booked: two kayaks, Saturday at ten.",
  ],
  ["+61491570156", "Priya Tran", "Thank you, it was lovely", "Come again soon."],
  ["+447700900123", "Owen Price", "We are running late", "No hurry: the boat waits until noon."],
  ["+491511234567", "Jonas Petersen", "Is the office open today?", "Until six."],
] as const;

await using stack = new AsyncDisposableStack();
const data = mkdtempSync(join(tmpdir(), "waystation-screenshots-"));
stack.defer(() => rmSync(data, { recursive: true, force: true }));
mkdirSync(folder, { recursive: true });

const simulator = stack.use(createSimulator({ seed: "screenshots" }));
await simulator.start(await freePort(3001));
const config = readConfig({
  NODE_ENV: "development",
  PORT: String(await freePort(3000)),
  DATA_DIR: data,
  TWILIO_SIMULATOR_URL: simulator.url,
});
const server = await startServer(config, createLogger("error"));
stack.defer(() => server.stop());
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
stack.defer(() => browser.close());
const context = await browser.newContext({
  baseURL: server.url,
  viewport: { width: WIDTH, height: 860 },
  deviceScaleFactor: 1,
  colorScheme: "light",
  reducedMotion: "reduce",
  locale: "en-GB",
});
const page = await context.newPage();

const id = await furnish(page, simulator);

await page.goto("/connections/new?mode=test");
await submitCredentials(page, credentials(SENTINEL_ACCOUNTS.healthy));
await page.getByRole("radio", { name: "+1 415 555 0101" }).check();
await picture(page, "wizard", 1010);

await page.goto(`/connections/${id}`);
await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
await expect(eventRows(page).nth(20)).toBeVisible();
await picture(page, "connection", 1080);
await page.emulateMedia({ colorScheme: "dark" });
await picture(page, "connection-dark", 1080);
await page.emulateMedia({ colorScheme: "light" });
await page.setViewportSize(PHONE);
await picture(page, "phone");
await page.setViewportSize({ width: WIDTH, height: 860 });
await eventRows(page).filter({ hasText: "“" }).first().getByRole("button").click();
await expect(page.getByRole("region", { name: "Parameters" })).toBeVisible();
await picture(page, "event");

await page.goto("/inbox");
await page.getByRole("list", { name: "Conversations" }).getByText("Jonas Petersen").click();
await expect(page.getByRole("region", { name: "Messages" })).toContainText("And is it open on Sunday?");
await picture(page, "inbox", 800);

await page.goto("/team");
await expect(page.getByRole("table", { name: "Open invitations" })).toBeVisible();
await picture(page, "team", 580);

await page.goto("/");
await expect(page.getByRole("list", { name: "Last events" }).getByRole("listitem")).toHaveCount(6);
await picture(page, "overview", 740);

await page.goto(simulator.url);
await page.getByRole("list").getByRole("button").first().click();
await picture(page, "simulator", 725);

function credentials(accountSid: string) {
  return { accountSid, authToken: sentinelTokenOf(accountSid) };
}

/** Creates an owner, a team, two connections and the busiest part of a day. Returns the ID of the first connection. */
async function furnish(page: Page, simulator: Simulator): Promise<string> {
  const token = new URL(server.setupLink ?? "").searchParams.get("token");
  await ask(mutateApi(page, "setup.createOwner", { token, organization: "Bar Harbour", ...owner }));
  const signedIn = await page.request.post("/api/auth/sign-in/email", {
    data: { email: owner.email, password: owner.password },
  });
  expect(signedIn.status()).toBe(200);
  for (const [name, email, role] of [
    ["Mikkel Ruud", "mikkel@barharbour.example", "admin"],
    ["Inês Carvalho", "ines@barharbour.example", "member"],
  ] as const) {
    const { link } = await ask(mutateApi<{ link: string }>(page, "team.invite", { email, role }));
    const guest = await browser.newContext({ baseURL: server.url });
    const password = "a quiet harbour at dawn";
    const invitation = new URL(link).pathname.split("/").at(-1);
    await ask(mutateApi(await guest.newPage(), "team.join", { token: invitation, name, password }));
    await guest.close();
  }
  await ask(mutateApi(page, "team.invite", { email: "noor@barharbour.example", role: "member" }));

  const connect = (accountSid: string, sender: string, displayName: string) =>
    ask(
      mutateApi<{ id: string }>(page, "twilioWhatsApp.connect", {
        mode: "test",
        ...credentials(accountSid),
        sender,
        displayName,
        configureWebhook: true,
      }),
    );
  const { id } = await connect(SENTINEL_ACCOUNTS.healthy, SENTINEL_SENDERS.online, "Front desk");
  const marina = "whatsapp:+14155550120";
  await connect(SENTINEL_ACCOUNTS.subaccount, marina, "Marina");
  await simulator.sendIncoming({ to: marina, from: "+4520123456", body: "Is berth 12 free?", wait: true });

  const played = new Promise<void>((resolve) => {
    simulator.subscribe(() => simulator.sampleDay().running || resolve());
  });
  simulator.playSampleDay({ customers: 40, speed: 40_000, seed: "boats" });
  await played;
  for (const [from, profileName, question, answer] of talks) {
    await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from,
      profileName,
      body: question,
      wait: true,
    });
    await answerFromDesk(from, answer);
  }
  await sendFromElsewhere(recipientWithEnding("63016"), "Your boat is ready.");
  for (const [from] of talks) await simulator.waitForDelivery(({ params }) => isRead(params, from));
  const last = { to: SENTINEL_SENDERS.online, from: "+491511234567", profileName: "Jonas Petersen" };
  await simulator.sendIncoming({ ...last, kind: "image", body: "Is this the right pier?", wait: true });
  await simulator.sendIncoming({ ...last, body: "And is it open on Sunday?", wait: true });
  return id;
}

function isRead(params: Record<string, string>, customer: string): boolean {
  return params.To === `whatsapp:${customer}` && params.MessageStatus === "read";
}

async function answerFromDesk(customer: string, body: string): Promise<void> {
  const list = await ask(
    queryApi<{ items: { id: string; contact: { address: string } }[] }>(page, "conversations.list", {}),
  );
  const conversation = list.items.find(({ contact }) => contact.address.endsWith(customer));
  expect(conversation, `${customer} has written`).toBeTruthy();
  await ask(mutateApi(page, "conversations.markRead", { conversationId: conversation?.id }));
  const message = { conversationId: conversation?.id, clientKey: randomUUID(), body };
  await ask(mutateApi(page, "messages.send", message));
}

/** Sends a message from outside the installation with the same account. The installation only receives its status callbacks. */
async function sendFromElsewhere(to: string, body: string): Promise<void> {
  const { accountSid, authToken } = credentials(SENTINEL_ACCOUNTS.healthy);
  const sent = await fetch(`${simulator.url}/2010-04-01/Accounts/${accountSid}/Messages.json`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
    body: new URLSearchParams({ From: SENTINEL_SENDERS.online, To: to, Body: body }),
  });
  expect(sent.status).toBe(201);
}

async function ask<Data>(answer: Promise<{ status: number; message: string; data: Data }>): Promise<Data> {
  const { status, message, data } = await answer;
  expect(status, message).toBe(200);
  return data;
}

async function picture(of: Page, name: string, height?: number): Promise<void> {
  const path = join(folder, `${name}.png`);
  if (height) await of.setViewportSize({ width: WIDTH, height });
  await of.mouse.move(0, 0);
  await of.screenshot({ path, animations: "disabled", caret: "hide" });
  const { size } = statSync(path);
  expect(size, `${name}.png is for a page, not for a poster`).toBeLessThan(MAX_BYTES);
  console.log(`docs/screenshots/${name}.png  ${Math.round(size / 1000)} kB`);
}

/** Returns the preferred port if it is free, else any free port. */
async function freePort(preferred: number): Promise<number> {
  for (const port of [preferred, 0]) {
    const probe = createServer();
    const free = await new Promise<number | null>((resolve) => {
      probe.once("error", () => resolve(null));
      probe.listen(port, () => resolve((probe.address() as { port: number }).port));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return free;
  }
  throw new Error("There is no free port.");
}
