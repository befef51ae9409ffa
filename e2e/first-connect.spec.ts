import { SENTINEL_ACCOUNTS, SENTINEL_SENDERS } from "@waystation/twilio-simulator/sentinels";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, eventRows, webhookUrlAtTwilio } from "./helpers/installation.ts";
import { wizardStep } from "./helpers/wizard.ts";

test("from the setup link to the first message, wholly in the browser", async ({
  page,
  server,
  simulator,
}) => {
  await test.step("the setup link makes the owner and signs in", async () => {
    await page.goto("/");
    await expect(page, "nobody is here yet, so every way leads to the setup").toHaveURL(/\/setup/);

    await page.goto(server.setupLink ?? "");
    await expect(page.getByLabel("Setup token")).not.toHaveValue("");
    await page.getByLabel("Your name").fill("Ada Owner");
    await page.getByLabel("Email").fill("ada@example.org");
    await page.getByLabel("Password", { exact: true }).fill("password1234");
    await page.getByLabel("Organisation").fill("Harbour Bakery");
    await page.getByRole("button", { name: "Create the owner account" }).click();
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(
      /among the first that attackers try/,
    );

    await page.getByLabel("Password", { exact: true }).fill("correct horse battery staple");
    await page.getByRole("button", { name: "Create the owner account" }).click();
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Connect Twilio to Harbour Bakery" })).toBeVisible();
  });

  await test.step("step 1 proves that the right account was reached", async () => {
    await page.getByRole("button", { name: "Connect Twilio" }).click();
    await expect(page.getByRole("heading", { name: "Connect Twilio" })).toBeVisible();
    await page.getByRole("button", { name: "Use the simulator" }).click();
    await page.getByLabel("Simulated account").selectOption({ label: "Bar Harbour Ltd" });
    await expect(page.getByLabel("Account SID")).toHaveValue(SENTINEL_ACCOUNTS.healthy);
    await page.getByRole("button", { name: "Continue" }).click();

    const credentials = wizardStep(page, "Credentials");
    await expect(credentials).toContainText("Bar Harbour Ltd");
    await expect(credentials).toContainText("active");
    await expect(credentials).toContainText("This is the primary Auth Token");
  });

  await test.step("step 2 lists the senders", async () => {
    await expect(wizardStep(page, "Sender")).toHaveAttribute("aria-current", "step");
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByText("Pick the sender that customers write to.")).toBeVisible();
    await page.getByRole("radio", { name: "+1 415 555 0100" }).check();
    await page.getByLabel("Display name").fill("Front desk");
    await page.getByRole("button", { name: "Continue" }).click();
  });

  const webhookUrl = `${server.url}/api/webhooks/twilio-whatsapp`;
  await test.step("step 3 shows what it would change at Twilio, and changes it", async () => {
    const diff = page.getByRole("table", { name: "Settings at Twilio, now and after" });
    const row = diff.getByRole("row", { name: "Incoming messages" });
    await expect(row).toContainText("not set");
    await expect(row.getByRole("insertion")).toHaveText(`${webhookUrl}#rc=5&rp=ct,rt,5xx`);
    expect(webhookUrlAtTwilio(simulator, SENTINEL_SENDERS.online).callback_url).toBeNull();

    await page.getByRole("button", { name: "Connect" }).click();
    await expect(page.getByRole("heading", { name: "Front desk" })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "Connected" })).toContainText(
      `Incoming messages: URL: not set to ${webhookUrl}#rc=5&rp=ct,rt,5xx`,
    );
    expect(webhookUrlAtTwilio(simulator, SENTINEL_SENDERS.online).callback_url).toBe(
      `${webhookUrl}#rc=5&rp=ct,rt,5xx`,
    );
  });

  await test.step("the first message appears by itself, and proves the connection", async () => {
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Needs attention");
    await expect(connectionVerdict(page)).toContainText("Not proven yet: no message has arrived.");
    await expect(page.getByRole("heading", { name: "Nothing has arrived yet" })).toBeVisible();
    let loads = 0;
    page.on("load", () => loads++);

    const { delivery } = await simulator.sendIncoming({
      to: SENTINEL_SENDERS.online,
      from: "+491511234567",
      body: "Is it open on Sunday?",
      wait: true,
    });
    expect(delivery?.httpStatus).toBe(200);

    const row = eventRows(page);
    await expect(row).toHaveCount(1);
    await expect(row).toContainText("+49 151 123 4567");
    await expect(row).toContainText("“Is it open on Sunday?”");
    await expect(row).toContainText("stored");
    await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
    await expect(connectionVerdict(page)).toContainText("Messages arrive, and their signatures are valid.");
    expect(loads, "without a reload").toBe(0);
  });

  await test.step("the overview leads on, and nobody can set up again", async () => {
    await page.getByRole("link", { name: "Overview" }).click();
    await expect(page.getByRole("list", { name: "Connections" })).toContainText("Front desk");
    await expect(page.getByRole("list", { name: "Last events" })).toContainText("Is it open on Sunday?");
    await expect(page.getByRole("region", { name: "What to do next" })).toContainText("Invite your team");
    await page.goto(server.setupLink ?? "");
    await expect(page, "the link has done its work").toHaveURL(/\/$/);
  });
});
