import { createTestStore } from "@waystation/db/testing/databases";
import { invitationMail, passwordResetMail } from "@waystation/identity/mail";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMailServer } from "../testing/mail-server.ts";
import { createTestLog } from "../testing/test-files.ts";
import { readConfig } from "./config.ts";
import { startServer } from "./server.ts";
import { createSmtpMailer } from "./smtp-mailer.ts";

let post: Awaited<ReturnType<typeof startMailServer>>;
beforeAll(async () => {
  post = await startMailServer();
});
afterAll(() => post.stop());

test("whatever people and organisations are called, a mail has the headers and the reader that it should", async () => {
  const send = createSmtpMailer(post.url, "https://desk.example.org", (error) => {
    throw error;
  });
  const names = [
    "Ada\r\nBcc: thief@example.org",
    "Ada\nBcc: thief@example.org",
    "Ada\rBcc: thief@example.org",
    "Ada\r\n\r\nAnother body",
    "Ada\u2028Bcc: thief@example.org",
    "Ada\u0000\u000bBcc: thief@example.org",
    "=?utf-8?B?DQpCY2M6IHRoaWVmQGV4YW1wbGUub3Jn?=",
    "Ada\r\n.\r\nMAIL FROM:<thief@example.org>",
  ];
  const expiresAt = new Date();
  for (const name of names) {
    post.mails.length = 0;
    const to = "mia@example.org";
    await send(invitationMail({ to, link: "https://x", organization: name, inviter: name, expiresAt }));
    await send(passwordResetMail({ to, link: `https://x/${encodeURIComponent(name)}`, expiresAt }));
    expect(post.mails.map((mail) => mail.to)).toEqual([[to], [to]]);
    for (const { text } of post.mails) {
      const head = (text.split("\n\n")[0] ?? "").replace(/\n[ \t]/g, "");
      const fields = head.split("\n").map((line) => line.split(":")[0]?.toLowerCase());
      expect(fields.toSorted(), name).toEqual(
        ["content-transfer-encoding", "content-type", "date", "from", "message-id", "mime-version"].concat(
          "subject",
          "to",
        ),
      );
      expect(head).toMatch(/^To: mia@example\.org$/m);
    }
  }
});

test("an address is one reader, however it is written", async () => {
  const send = createSmtpMailer(post.url, "https://desk.example.org", () => {});
  for (const to of [
    "mia@example.org, thief@example.org",
    "mia@example.org\r\nRCPT TO:<thief@example.org>",
    "mia@example.org>\r\nRCPT TO:<thief@example.org",
    "Mia <mia@example.org>, thief@example.org",
    "group: thief@example.org;",
  ]) {
    post.mails.length = 0;
    await send({ to, subject: "Hello", text: "Hello" }).catch(() => {});
    expect(
      post.mails.flatMap((mail) => mail.to).filter((address) => /^thief@/.test(address)),
      to,
    ).toEqual([]);
  }
});

test("a mail that nobody waits for and that is not taken is in the log and counted, without the link", async () => {
  await using store = await createTestStore("postgres");
  const { log, lines } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: "the-setup-token",
    SMTP_URL: post.url,
  });
  const server = await startServer(config, log);
  try {
    const call = (procedure: string, body: object) =>
      fetch(`${server.url}/api/trpc/${procedure}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const owner = { name: "Olga", email: "olga@example.org", password: "a password nobody guesses" };
    await call("setup.createOwner", { token: "the-setup-token", organization: "Acme", ...owner });
    post.setOpen(false);
    expect((await call("password.requestReset", { email: owner.email })).status).toBe(200);
    await expect.poll(() => lines.filter(({ msg }) => msg === "A mail could not be sent")).toHaveLength(1);
    expect(JSON.stringify(lines)).not.toContain("reset-password#");
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain("waystation_mail_failures_total 1");
  } finally {
    post.setOpen(true);
    await server.stop();
  }
});
