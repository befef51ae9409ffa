import {
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_TOKENS,
  sentinelTokenOf,
} from "@waystation/twilio-simulator/sentinels";
import { mutateApi } from "./helpers/api.ts";
import { expect, test } from "./helpers/fixtures.ts";
import { connectionVerdict, webhookUrlAtTwilio } from "./helpers/installation.ts";
import { submitCredentials, type TypedCredentials, wizardField, wizardStep } from "./helpers/wizard.ts";

interface Wrong {
  what: string;
  typed: TypedCredentials;
  /** The field that shows the error. Default: above the button. */
  at?: keyof TypedCredentials;
  says: string;
}

const whole = (accountSid: string): TypedCredentials => ({
  accountSid,
  authToken: sentinelTokenOf(accountSid),
});
const healthy = whole(SENTINEL_ACCOUNTS.healthy);

const mistyped: Wrong[] = [
  {
    what: "an API key's SID in place of the Account SID",
    typed: { accountSid: SENTINEL_API_KEYS.main.sid, authToken: SENTINEL_API_KEYS.main.secret },
    at: "accountSid",
    says: "This is the SID of an API key (SK…). The Account SID starts with AC",
  },
  {
    what: "swapped values",
    typed: { accountSid: SENTINEL_TOKENS.primary, authToken: SENTINEL_ACCOUNTS.healthy },
    at: "accountSid",
    says: "Account SID and Auth Token are swapped: the one that starts with AC is the SID.",
  },
  {
    what: "a SID that is cut off",
    typed: { ...healthy, accountSid: SENTINEL_ACCOUNTS.healthy.slice(0, -1) },
    at: "accountSid",
    says: "An Account SID has 34 characters; this one has 33. Copy it again, whole.",
  },
  {
    what: "a token that is cut off",
    typed: { ...healthy, authToken: SENTINEL_TOKENS.primary.slice(0, -1) },
    at: "authToken",
    says: "An Auth Token has 32 characters; this one has 31. Copy it again, whole.",
  },
  {
    what: "the SID in both fields",
    typed: { accountSid: SENTINEL_ACCOUNTS.healthy, authToken: SENTINEL_ACCOUNTS.healthy },
    at: "authToken",
    says: "This is a SID, not the Auth Token.",
  },
  {
    what: "an API key alone",
    typed: {
      accountSid: SENTINEL_ACCOUNTS.healthy,
      apiKeySid: SENTINEL_API_KEYS.main.sid,
      apiKeySecret: SENTINEL_API_KEYS.main.secret,
    },
    at: "authToken",
    says: "An API key alone is not enough: Twilio signs its webhooks with the Auth Token only",
  },
  {
    what: "an API key without its secret",
    typed: { ...healthy, apiKeySid: SENTINEL_API_KEYS.main.sid },
    at: "apiKeySecret",
    says: "The key's secret is missing or too short.",
  },
];

const refused: Wrong[] = [
  {
    what: "a wrong token",
    typed: { ...healthy, authToken: SENTINEL_TOKENS.wrong },
    at: "authToken",
    says: "Twilio does not accept this Account SID with this Auth Token.",
  },
  {
    what: "the secondary token",
    typed: { ...healthy, authToken: SENTINEL_TOKENS.secondary },
    at: "authToken",
    says: "This is the account's secondary Auth Token. Twilio signs webhooks with the primary one only",
  },
  {
    what: "a suspended account that answers nothing",
    typed: whole(SENTINEL_ACCOUNTS.suspended),
    at: "accountSid",
    says: "Twilio says that this account is not active: it is suspended or closed.",
  },
  {
    what: "a suspended account that can be read",
    typed: whole(SENTINEL_ACCOUNTS.suspendedReadable),
    at: "accountSid",
    says: "Twilio has suspended the account “Suspended but readable Ltd”.",
  },
  {
    what: "a closed account",
    typed: whole(SENTINEL_ACCOUNTS.closed),
    at: "accountSid",
    says: "The account “Closed Ltd” is closed. Use the credentials of an open one.",
  },
  {
    what: "a restricted key",
    typed: {
      ...healthy,
      apiKeySid: SENTINEL_API_KEYS.restricted.sid,
      apiKeySecret: SENTINEL_API_KEYS.restricted.secret,
    },
    at: "apiKeySid",
    says: "These credentials are right, but may not do this at Twilio.",
  },
  {
    what: "a wrong key",
    typed: {
      ...healthy,
      apiKeySid: SENTINEL_API_KEYS.main.sid,
      apiKeySecret: SENTINEL_API_KEYS.standard.secret,
    },
    at: "apiKeySid",
    says: "Twilio does not accept this API key with this secret for this account.",
  },
];

const notTheirFault: Wrong[] = [
  {
    what: "too many requests",
    typed: whole(SENTINEL_ACCOUNTS.rateLimited),
    says: "Twilio is receiving too many requests for this account just now. Your credentials may be right",
  },
  {
    what: "a fault at Twilio",
    typed: whole(SENTINEL_ACCOUNTS.serverError),
    says: "Twilio has a fault of its own just now. Your credentials may be right",
  },
  {
    what: "a page in place of an answer",
    typed: whole(SENTINEL_ACCOUNTS.html),
    says: "could not be understood",
  },
  {
    what: "an answer that is cut off",
    typed: whole(SENTINEL_ACCOUNTS.brokenJson),
    says: "could not be understood",
  },
  {
    what: "a connection that is reset",
    typed: whole(SENTINEL_ACCOUNTS.reset),
    says: "Twilio cannot be reached from this server. Your credentials may be right",
  },
];

/** An organisation may query Twilio ten times per minute, so each table gets its own server. */
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
          await expect(wizardField(page, at)).toHaveAccessibleDescription(new RegExp(literally(says)));
          await expect(page.getByText(says)).toHaveCount(1);
          await expect(page.getByRole("alert")).toHaveCount(0);
        } else {
          await expect(page.getByRole("alert")).toContainText(says);
        }
        await expect(wizardStep(page, "Credentials"), "it stays put").toHaveAttribute("aria-current", "step");
        await expect(wizardField(page, "accountSid"), "nothing has to be typed again").toHaveValue(
          typed.accountSid ?? "",
        );
      });
    }
    await test.step("with the right ones the same form goes on", async () => {
      await submitCredentials(page, healthy);
      await expect(wizardStep(page, "Sender")).toHaveAttribute("aria-current", "step");
    });
  });
}

test("a Twilio that never answers is given up after ten seconds", async ({ page, setup }) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  const start = Date.now();
  await submitCredentials(page, whole(SENTINEL_ACCOUNTS.hang));
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
  const credentials = { mode: "test", ...whole(SENTINEL_ACCOUNTS.rateLimited) };
  for (let call = 1; call <= 10; call++) await mutateApi(page, "twilioWhatsApp.verify", credentials);
  await submitCredentials(page, healthy);
  await expect(page.getByRole("alert")).toContainText(
    /Your organisation has asked Twilio 10 times in the last minute\. Wait \d+ seconds and try again\./,
  );
});

test("a sender that cannot be connected is disabled with its reason", async ({ page, setup, connect }) => {
  await setup();
  await connect({ sender: SENTINEL_SENDERS.online });
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
  await submitCredentials(page, whole(SENTINEL_ACCOUNTS.senderUpdateRefused));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Connect" }).click();

  const note = page.getByRole("status").filter({ hasText: "The connection stands, its webhook needs you" });
  await expect(note).toContainText("Twilio does not let these credentials change the sender's webhook.");
  await expect(note).toContainText(`${server.url}/api/webhooks/twilio-whatsapp#rc=5&rp=ct,rt,5xx`);
  await expect(connectionVerdict(page)).toContainText("Twilio has no webhook URL for this sender");
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
  await submitCredentials(page, whole(SENTINEL_ACCOUNTS.fragmentRefused));
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Connect" }).click();

  const plain = `${server.url}/api/webhooks/twilio-whatsapp`;
  const note = page.getByRole("status").filter({ hasText: "Connected" });
  await expect(note.getByText(plain, { exact: true })).toHaveCount(2);
  const set = webhookUrlAtTwilio(simulator, "whatsapp:+14155550150", SENTINEL_ACCOUNTS.fragmentRefused);
  expect(set.callback_url).toBe(plain);

  await simulator.sendIncoming({ to: "whatsapp:+14155550150", from: "+15005550001", body: "Hello" });
  await expect(connectionVerdict(page).getByRole("heading")).toHaveText("Working");
});

test("an account without a sender leads on to the sandbox", async ({ page, setup }) => {
  await setup();
  await page.goto("/connections/new?mode=test");
  await submitCredentials(page, whole(SENTINEL_ACCOUNTS.noSenders));
  await expect(page.getByText("This account has no WhatsApp sender yet.")).toBeVisible();
  await page.getByRole("radio", { name: "Twilio's sandbox" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByText("Twilio offers no way to set the sandbox's webhook from here.")).toBeVisible();
  await page.getByRole("button", { name: "Connect" }).click();
  await expect(page.getByText("Nothing was changed at Twilio. Paste this webhook URL there")).toBeVisible();
  await expect(connectionVerdict(page)).toContainText("Paste the webhook URL in Twilio's sandbox settings");
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
