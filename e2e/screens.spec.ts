import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS, sentinelTokenOf } from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, eventRows } from "./helpers/installation.ts";
import { inspectScreen } from "./helpers/screens.ts";
import { submitCredentials } from "./helpers/wizard.ts";

const customers = ["+491511234567", "+34600555001", "+14155550199"];
const healthy = {
  accountSid: SENTINEL_ACCOUNTS.healthy,
  authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.healthy),
};

// Each screen runs about fifty axe analyses, which take long on a busy machine.
test.describe.configure({ timeout: 300_000 });

test("every screen before the desk", async ({ page, server, setup, visitor, joined }) => {
  await page.goto(server.setupLink ?? "");
  await expect(page.getByRole("heading", { name: "Set up Waystation" })).toBeVisible();
  await page.getByLabel("Password", { exact: true }).fill("ab12ab12");
  await page.getByRole("button", { name: "Create the owner account" }).click();
  await expect(page.getByLabel("Your name")).toHaveAccessibleDescription(/Enter your name/);
  await inspectScreen(page, "setup, with what is missing");

  const owner = await setup();
  const stranger = await visitor();
  await stranger.goto("/");
  await stranger.getByLabel("Email").fill(owner.email);
  await stranger.getByLabel("Password", { exact: true }).fill("wrong password");
  await stranger.getByRole("button", { name: "Sign in" }).click();
  await expect(stranger.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/do not match/);
  await inspectScreen(stranger, "sign-in, refused");

  const invite = (email: string) =>
    mutateApi<{ link: string }>(page, "team.invite", { email, role: "admin" }).then(({ data }) => data.link);
  await stranger.goto(await invite("zoe@example.org"));
  await expect(stranger.getByLabel("Your name")).toBeVisible();
  await inspectScreen(stranger, "invitation with a new account");
  await stranger.goto("/join/used-up");
  await expect(stranger.getByRole("alert")).toBeVisible();
  await inspectScreen(stranger, "invitation that does not work");

  const { page: mia } = await joined("member");
  await mia.goto(await invite("zoe@example.org"));
  await expect(mia.getByText("You are signed in as member@example.org")).toBeVisible();
  await inspectScreen(mia, "invitation of somebody else");
});

test("every screen of an empty desk", async ({ page, setup, simulator }) => {
  await setup();
  for (const [path, landmark] of [
    ["/", "Connect Twilio to Harbour Bakery"],
    ["/webhooks", "No webhook has arrived yet"],
    ["/connections", "No sender is connected yet"],
    ["/team", "Members"],
    ["/audit", "Audit log"],
    ["/settings", "No program has a key"],
    ["/reference", "Shapes"],
    ["/no/such/page", "There is no such page"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: landmark }).last()).toBeVisible();
    await inspectScreen(page, path);
  }

  await page.goto("/profile");
  await expect(page.getByText("this device")).toBeVisible();
  await inspectScreen(page, "profile");
  await page.goto("/audit?q=nobody");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await inspectScreen(page, "audit log, nothing found");

  await page.goto("/connections/new");
  await page.getByRole("button", { name: "Use an API key" }).click();
  await submitCredentials(page, { accountSid: "AC1", apiKeySid: "", apiKeySecret: "" });
  await expect(page.getByLabel("Account SID")).toHaveAccessibleDescription(/34 characters/);
  await inspectScreen(page, "wizard, refused");
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, {
    accountSid: SENTINEL_ACCOUNTS.serverError,
    authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.serverError),
  });
  await expect(page.getByRole("alert")).toBeVisible();
  await inspectScreen(page, "wizard, Twilio at fault");
  await submitCredentials(page, {
    accountSid: SENTINEL_ACCOUNTS.noSenders,
    authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.noSenders),
  });
  await expect(page.getByText("This account has no WhatsApp sender yet.")).toBeVisible();
  await inspectScreen(page, "wizard, no sender");
  await simulator.stop();
  await page.reload();
  await expect(page.getByText("The simulator does not answer.")).toBeVisible();
  await inspectScreen(page, "wizard, no simulator");
});

test("the wizard's steps and every state of a connection", async ({ page, setup, connect, simulator }) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, healthy);
  await expect(page.getByRole("radio", { name: "+1 415 555 0100" })).toBeVisible();
  await inspectScreen(page, "wizard, senders");
  await page.getByRole("radio", { name: "+1 415 555 0101" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("table")).toBeVisible();
  await inspectScreen(page, "wizard, settings");
  await page.getByRole("radio", { name: "I will paste it" }).check();
  await inspectScreen(page, "wizard, settings by hand");
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByText("Nothing was changed at Twilio.")).toBeVisible();
  await inspectScreen(page, "connection, just made and without events");

  const { id } = await connect();
  await simulator.sendIncoming({
    to: SENTINEL_SENDERS.online,
    from: "+491511234567",
    body: "Moin",
    wait: true,
  });
  await page.goto(`/connections/${id}`);
  await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
  await inspectScreen(page, "connection, working");
  await page.getByRole("button", { name: "More actions" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await inspectScreen(page, "connection, its menu");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add a shared key" }).click();
  const keyDialog = page.getByRole("dialog", { name: "Add a shared key" });
  await keyDialog.getByRole("button", { name: "Add the key" }).click();
  await expect(keyDialog).toContainText("Enter the ID of the shared key.");
  await inspectScreen(page, "connection, a shared key that is not filled in");
  await keyDialog.getByLabel("Key ID").fill("webhooks_sharedkey_00000000000000000000000001");
  await keyDialog.getByLabel("Secret", { exact: true }).fill("a secret of a shared key");
  await keyDialog.getByRole("button", { name: "Add the key" }).click();
  await expect(page.getByRole("table", { name: "Shared keys" })).toBeVisible();
  await inspectScreen(page, "connection, with a shared key");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Disconnect" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspectScreen(page, "connection, disconnecting");
  await page.getByRole("button", { name: "Cancel" }).click();

  simulator.promoteToken(SENTINEL_ACCOUNTS.healthy);
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Broken");
  await inspectScreen(page, "connection, broken");
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Disconnect" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByText("could not be put back")).toBeVisible();
  await inspectScreen(page, "connection, disconnected with a problem");
});

test("every screen of a full desk", async ({ page, setup, connect, joined, simulator }) => {
  await setup();
  const { id, webhookUrl } = await connect();
  const other = await connect({ accountSid: SENTINEL_ACCOUNTS.trial, sender: "whatsapp:+14155550110" });
  await mutateApi(page, "twilioWhatsApp.disconnect", { connectionId: other.id });
  await joined("admin", { name: "Maximiliana Featherstonehaugh-Cholmondeley", email: "max@example.org" });
  for (const email of ["a.very.long.address.of.somebody@department.example.org", "zoe@example.org"])
    await mutateApi(page, "team.invite", { email, role: "member" });
  const body = `Long ${"and longer ".repeat(30)}https://example.org/${"x".repeat(200)}`;
  for (const from of customers)
    for (const kind of ["text", "image", "location", "button"] as const)
      await simulator.sendIncoming({ to: SENTINEL_SENDERS.online, from, kind, body, wait: true });
  await fetch(webhookUrl, {
    method: "POST",
    body: new URLSearchParams({ AccountSid: SENTINEL_ACCOUNTS.healthy }),
  });

  await page.goto("/");
  await expect(page.getByRole("list", { name: "Last events" }).getByRole("listitem")).toHaveCount(6);
  await inspectScreen(page, "overview");
  await page.getByRole("button", { name: "Organisation: Harbour Bakery" }).click();
  await page.getByRole("menuitem", { name: "New organisation" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspectScreen(page, "new organisation");

  await page.goto("/webhooks");
  await expect(eventRows(page)).toHaveCount(12);
  await inspectScreen(page, "webhooks");
  await eventRows(page).first().getByRole("button").click();
  await expect(page.getByRole("region", { name: "Parameters" })).toBeVisible();
  await inspectScreen(page, "webhooks, the drawer");
  await page.goto("/webhooks?outcome=rejected");
  await expect(eventRows(page)).toHaveCount(1);
  await inspectScreen(page, "webhooks, refused");
  await page.goto("/webhooks?q=nobody");
  await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
  await inspectScreen(page, "webhooks, nothing found");

  await page.goto("/connections");
  await expect(page.getByRole("list", { name: "Disconnected connections" })).toBeVisible();
  await inspectScreen(page, "connections");
  await page.goto(`/connections/${id}`);
  await expect(eventRows(page)).toHaveCount(12);
  await inspectScreen(page, "connection with events");
  await page.goto("/team");
  await expect(page.getByRole("table", { name: "Open invitations" })).toBeVisible();
  await inspectScreen(page, "team");
  await page.goto("/team?invite=true");
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspectScreen(page, "inviting");
  await page.goto("/audit");
  await expect(page.getByRole("table", { name: "Audit log" }).getByRole("row")).toHaveCount(13);
  await inspectScreen(page, "audit log");

  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  await page.getByRole("button", { name: "More" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await inspectScreen(page, "more, on a phone");
});

test("every screen as a member sees it, and offline", async ({ setup, connect, joined }) => {
  await setup();
  const { page } = await joined("member");
  await page.goto("/");
  await expect(page.getByRole("button", { name: "Connect Twilio" })).toBeDisabled();
  await inspectScreen(page, "overview of a member, empty");
  const { id } = await connect();
  for (const [path, landmark] of [
    ["/connections", "Active"],
    [`/connections/${id}`, "Nothing has arrived yet"],
    ["/connections/new", "Connect Twilio"],
    ["/team", "Members"],
    ["/audit", "Audit log"],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: landmark }).last()).toBeVisible();
    await inspectScreen(page, `${path} of a member`);
  }
  await page.context().setOffline(true);
  await expect(page.getByText("You are offline.")).toBeVisible();
  await inspectScreen(page, "offline");
  await page.getByRole("link", { name: "Inbox" }).first().click();
  await expect(page.getByText("A part of the console could not be loaded.")).toBeVisible();
  await inspectScreen(page, "a page that did not come");
  // The page recovers without a reload.
  await page.context().setOffline(false);
  await expect(page.getByRole("heading", { name: "Inbox", level: 1 })).toBeVisible();
});
