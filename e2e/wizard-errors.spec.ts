import { ACCOUNTS, API_KEYS, SENDERS, TOKENS, tokenOf } from "@waystation/twilio-simulator/sentinels";
import { mutate } from "./api.ts";
import { verdict, webhookAtTwilio } from "./desk.ts";
import { expect, test } from "./fixtures.ts";
import { field, step, submitCredentials, type Typed } from "./wizard.ts";

interface Wrong {
  what: string;
  typed: Typed;
  /** Where it is said; else above the button. */
  at?: keyof Typed;
  says: string;
}

const whole = (accountSid: string): Typed => ({ accountSid, authToken: tokenOf(accountSid) });
const healthy = whole(ACCOUNTS.healthy);

const mistyped: Wrong[] = [
  {
    what: "an API key's SID in place of the Account SID",
    typed: { accountSid: API_KEYS.main.sid, authToken: API_KEYS.main.secret },
    at: "accountSid",
    says: "This is the SID of an API key (SK…). The Account SID starts with AC",
  },
  {
    what: "swapped values",
    typed: { accountSid: TOKENS.primary, authToken: ACCOUNTS.healthy },
    at: "accountSid",
    says: "Account SID and Auth Token are swapped: the one that starts with AC is the SID.",
  },
  {
    what: "a SID that is cut off",
    typed: { ...healthy, accountSid: ACCOUNTS.healthy.slice(0, -1) },
    at: "accountSid",
    says: "An Account SID has 34 characters; this one has 33. Copy it again, whole.",
  },
  {
    what: "a token that is cut off",
    typed: { ...healthy, authToken: TOKENS.primary.slice(0, -1) },
    at: "authToken",
    says: "An Auth Token has 32 characters; this one has 31. Copy it again, whole.",
  },
  {
    what: "the SID in both fields",
    typed: { accountSid: ACCOUNTS.healthy, authToken: ACCOUNTS.healthy },
    at: "authToken",
    says: "This is a SID, not the Auth Token.",
  },
  {
    what: "an API key alone",
    typed: {
      accountSid: ACCOUNTS.healthy,
      apiKeySid: API_KEYS.main.sid,
      apiKeySecret: API_KEYS.main.secret,
    },
    at: "authToken",
    says: "An API key alone is not enough: Twilio signs its webhooks with the Auth Token only",
  },
  {
    what: "an API key without its secret",
    typed: { ...healthy, apiKeySid: API_KEYS.main.sid },
    at: "apiKeySecret",
    says: "The key's secret is missing or too short.",
  },
];

const refused: Wrong[] = [
  {
    what: "a wrong token",
    typed: { ...healthy, authToken: TOKENS.wrong },
    at: "authToken",
    says: "Twilio does not accept this Account SID with this Auth Token.",
  },
  {
    what: "the secondary token",
    typed: { ...healthy, authToken: TOKENS.secondary },
    at: "authToken",
    says: "This is the account's secondary Auth Token. Twilio signs webhooks with the primary one only",
  },
  {
    what: "a suspended account that answers nothing",
    typed: whole(ACCOUNTS.suspended),
    at: "accountSid",
    says: "Twilio says that this account is not active: it is suspended or closed.",
  },
  {
    what: "a suspended account that can be read",
    typed: whole(ACCOUNTS.suspendedReadable),
    at: "accountSid",
    says: "Twilio has suspended the account “Suspended but readable Ltd”.",
  },
  {
    what: "a closed account",
    typed: whole(ACCOUNTS.closed),
    at: "accountSid",
    says: "The account “Closed Ltd” is closed. Use the credentials of an open one.",
  },
  {
    what: "a restricted key",
    typed: {
      ...healthy,
      apiKeySid: API_KEYS.restricted.sid,
      apiKeySecret: API_KEYS.restricted.secret,
    },
    at: "apiKeySid",
    says: "These credentials are right, but may not do this at Twilio.",
  },
  {
    what: "a wrong key",
    typed: { ...healthy, apiKeySid: API_KEYS.main.sid, apiKeySecret: API_KEYS.standard.secret },
    at: "apiKeySid",
    says: "Twilio does not accept this API key with this secret for this account.",
  },
];

const notTheirFault: Wrong[] = [
  {
    what: "too many requests",
    typed: whole(ACCOUNTS.rateLimited),
    says: "Twilio is receiving too many requests for this account just now. Your credentials may be right",
  },
  {
    what: "a fault at Twilio",
    typed: whole(ACCOUNTS.serverError),
    says: "Twilio has a fault of its own just now. Your credentials may be right",
  },
  { what: "a page in place of an answer", typed: whole(ACCOUNTS.html), says: "could not be understood" },
  { what: "an answer that is cut off", typed: whole(ACCOUNTS.brokenJson), says: "could not be understood" },
  {
    what: "a connection that is reset",
    typed: whole(ACCOUNTS.reset),
    says: "Twilio cannot be reached from this server. Your credentials may be right",
  },
];

/** One organisation may ask Twilio ten times a minute: each table has a server of its own. */
for (const [title, table] of [
  ["what is mistyped is recognised before Twilio is asked", mistyped],
  ["what Twilio says no to is said beside the field that it is about", refused],
  ["what is not the credentials' fault is said as such", notTheirFault],
] as const) {
  test(title, async ({ page, setup }) => {
    await setup();
    await page.goto("/connections/new?mode=test");
    for (const { what, typed, at, says } of table) {
      await test.step(what, async () => {
        await submitCredentials(page, typed);
        if (at) {
          await expect(field(page, at)).toHaveAccessibleDescription(new RegExp(literally(says)));
          await expect(page.getByText(says)).toHaveCount(1);
          await expect(page.getByRole("alert")).toHaveCount(0);
        } else {
          await expect(page.getByRole("alert")).toContainText(says);
        }
        await expect(step(page, "Credentials"), "it stays put").toHaveAttribute("aria-current", "step");
        await expect(field(page, "accountSid"), "nothing has to be typed again").toHaveValue(
          typed.accountSid ?? "",
        );
      });
    }
    await test.step("with the right ones the same form goes on", async () => {
      await submitCredentials(page, healthy);
      await expect(step(page, "Sender")).toHaveAttribute("aria-current", "step");
    });
  });
}

test("a Twilio that never answers is given up after ten seconds", async ({ page, setup }) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  const start = Date.now();
  await submitCredentials(page, whole(ACCOUNTS.hang));
  await expect(page.getByText("Asking Twilio…")).toBeVisible();
  await expect(page.getByRole("alert")).toContainText("Twilio cannot be reached from this server.", {
    timeout: 30_000,
  });
  expect(Date.now() - start).toBeGreaterThan(9_000);
  await expect(page.getByRole("button", { name: "Continue" })).toBeEnabled();
});

test("the eleventh call to Twilio in a minute is refused, and says when to come again", async ({
  page,
  setup,
}) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  const credentials = { mode: "test", ...whole(ACCOUNTS.rateLimited) };
  for (let call = 1; call <= 10; call++) await mutate(page, "twilioWhatsApp.verify", credentials);
  await submitCredentials(page, healthy);
  await expect(page.getByRole("alert")).toContainText(
    /Your organisation has asked Twilio 10 times in the last minute\. Wait \d+ seconds and try again\./,
  );
});

test("a sender that cannot be connected is disabled with its reason", async ({ page, setup, connect }) => {
  await setup();
  await connect({ sender: SENDERS.online });
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, healthy);
  const reasons: [string, string][] = [
    ["+1 415 555 0100", "Already connected in this organisation."],
    [
      "+1 415 555 0102",
      "Offline at Twilio: Twilio's invitation to the Meta Business Manager was not accepted",
    ],
    [
      "+1 415 555 0103",
      "Pending verification at Twilio. It can be connected when Twilio shows it as online.",
    ],
  ];
  for (const [name, reason] of reasons) {
    await expect(page.getByRole("radio", { name })).toBeDisabled();
    await expect(page.getByRole("radio", { name })).toHaveAccessibleDescription(
      new RegExp(literally(reason)),
    );
  }
  await expect(page.getByRole("radio", { name: "+1 415 555 0101" }), "the only one left").toBeChecked();

  await page.getByRole("button", { name: "Continue" }).click();
  await expect(
    page.getByText("This sender belongs to the Messaging Service “Boat rental”"),
    "its webhook would not be called",
  ).toBeVisible();
});

test("a webhook that Twilio does not let us set does not cost the connection", async ({
  page,
  setup,
  server,
}) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, whole(ACCOUNTS.senderUpdateRefused));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Connect" }).click();

  const note = page.getByRole("status").filter({ hasText: "The connection stands, its webhook needs you" });
  await expect(note).toContainText("Twilio does not let these credentials change the sender's webhook.");
  await expect(note).toContainText(`${server.url}/api/webhooks/twilio-whatsapp#rc=5&rp=ct,rt,5xx`);
  await expect(verdict(page)).toContainText("Twilio has no webhook URL for this sender");
  await page.getByRole("link", { name: "Connections", exact: true }).first().click();
  await expect(page.getByRole("list", { name: "Active connections" })).toContainText("Locked webhook Ltd");
});

test("where Twilio refuses the fragment, the plain webhook URL is set", async ({
  page,
  setup,
  server,
  simulator,
}) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, whole(ACCOUNTS.fragmentRefused));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Connect" }).click();

  const plain = `${server.url}/api/webhooks/twilio-whatsapp`;
  const note = page.getByRole("status").filter({ hasText: "Connected" });
  await expect(note.getByText(plain, { exact: true })).toHaveCount(2);
  const set = webhookAtTwilio(simulator, "whatsapp:+14155550150", ACCOUNTS.fragmentRefused);
  expect(set.callback_url).toBe(plain);

  await simulator.sendIncoming({ to: "whatsapp:+14155550150", from: "+15005550001", body: "Hello" });
  await expect(verdict(page).getByRole("heading")).toHaveText("Working");
});

test("an account without a sender leads on to the sandbox", async ({ page, setup }) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, whole(ACCOUNTS.noSenders));
  await expect(page.getByText("This account has no WhatsApp sender yet.")).toBeVisible();
  await page.getByRole("radio", { name: "Twilio's sandbox" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("Twilio offers no way to set the sandbox's webhook from here.")).toBeVisible();
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByText("Nothing was changed at Twilio. Paste this webhook URL there")).toBeVisible();
  await expect(verdict(page)).toContainText("Paste the webhook URL in Twilio's sandbox settings");
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
