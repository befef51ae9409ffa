import { DomainError } from "@waystation/core/errors";
import { TEST_PUBLIC_URL } from "@waystation/core/testing/test-core";
import { auditLog, connections } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import {
  SENTINEL_ACCOUNTS,
  SENTINEL_API_KEYS,
  SENTINEL_SENDERS,
  SENTINEL_SERVICE,
  SENTINEL_TOKENS,
  sentinelTokenOf,
} from "@waystation/twilio-simulator/sentinels";
import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestInstallation, type TestInstallation } from "../testing.ts";
import { connectTwilioSender } from "./connect.ts";
import { testCredentials } from "./credentials/test-mode.ts";
import { disconnectSender } from "./disconnect.ts";
import { checkConnection } from "./health/check-connection.ts";
import { recheckDueConnections } from "./health/recheck-connections.ts";
import { type ConnectInput, connectInput } from "./inputs.ts";
import { listConnectionStatus } from "./list-connections.ts";
import { verifyCredentials } from "./verify.ts";
import { plainWebhookUrl, publicUrlProblem, webhookUrl } from "./webhook-url.ts";

const healthy = {
  mode: "test" as const,
  accountSid: SENTINEL_ACCOUNTS.healthy,
  authToken: SENTINEL_TOKENS.primary,
};
const input = (more: Partial<ConnectInput> = {}): ConnectInput =>
  connectInput.parse({ ...healthy, sender: SENTINEL_SENDERS.online, ...more });

async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError)
    return { reason: error.reason, field: error.field, message: error.message };
  throw new Error(`No refusal but ${String(error)}`);
}

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  beforeAll(async () => {
    desk = await createTestInstallation(kind);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  /** A new simulator account with senders that no other test uses. */
  function freshAccount(...numbers: string[]) {
    const account = desk.simulator.createAccount({
      friendlyName: "Fresh Ltd",
      senders: numbers.map((number) => `whatsapp:${number}`),
    });
    return { mode: "test" as const, accountSid: account.sid, authToken: account.token };
  }

  describe("verify", () => {
    test("shows the account and all its senders, and saves nothing", async () => {
      const ctx = await desk.person();
      const found = await verifyCredentials(ctx, healthy);
      expect(found.account).toEqual({
        sid: SENTINEL_ACCOUNTS.healthy,
        name: "Bar Harbour Ltd",
        status: "active",
        type: "full",
        relation: "parent",
        ownerSid: SENTINEL_ACCOUNTS.healthy,
      });
      expect(found.token.primary).toBe(true);
      expect(found.senders.find((sender) => sender.address === SENTINEL_SENDERS.online)).toMatchObject({
        status: "ONLINE",
        qualityRating: "HIGH",
        connected: false,
      });
      const offline = found.senders.find((sender) => sender.address === SENTINEL_SENDERS.offline);
      expect(offline?.status).toBe("OFFLINE");
      expect(offline?.offlineReasons[0]?.message).toBeTruthy();
      expect(found.services.map((service) => [service.sid, service.senders])).toEqual([
        [SENTINEL_SERVICE, [SENTINEL_SENDERS.inService]],
      ]);
      expect(found.proposedWebhook.callbackUrl).toBe(
        `${TEST_PUBLIC_URL}/api/webhooks/twilio-whatsapp#rc=5&rp=ct,rt,5xx`,
      );
      expect(await listConnectionStatus(ctx)).toEqual([]);
    });

    test.each<[string, string, string, string | null]>([
      ["a wrong token", SENTINEL_ACCOUNTS.healthy, "auth_failed", "authToken"],
      ["a suspended account", SENTINEL_ACCOUNTS.suspended, "account_suspended", "accountSid"],
      [
        "a suspended account that can be read",
        SENTINEL_ACCOUNTS.suspendedReadable,
        "account_suspended",
        "accountSid",
      ],
      ["a closed account", SENTINEL_ACCOUNTS.closed, "account_closed", "accountSid"],
      ["too many requests", SENTINEL_ACCOUNTS.rateLimited, "twilio_rate_limited", null],
      ["a fault of Twilio's", SENTINEL_ACCOUNTS.serverError, "twilio_unreachable", null],
      ["a web page for an answer", SENTINEL_ACCOUNTS.html, "twilio_unexpected", null],
      ["an answer cut off", SENTINEL_ACCOUNTS.brokenJson, "twilio_unexpected", null],
      ["a connection reset", SENTINEL_ACCOUNTS.reset, "twilio_unreachable", null],
      ["nobody's account", `AC${"f".repeat(32)}`, "auth_failed", "authToken"],
    ])("%s", async (_name, accountSid, reason, field) => {
      const authToken =
        accountSid === SENTINEL_ACCOUNTS.healthy ? SENTINEL_TOKENS.wrong : sentinelTokenOf(accountSid);
      const refused = await refusal(
        verifyCredentials(await desk.person(), { mode: "test", accountSid, authToken }),
      );
      expect(refused).toMatchObject({ reason, field });
    });

    test("the secondary token is recognised", async () => {
      desk.simulator.createSecondaryToken(SENTINEL_ACCOUNTS.healthy);
      const secondary = desk.simulator
        .listAccounts()
        .find((account) => account.sid === SENTINEL_ACCOUNTS.healthy)?.secondaryToken;
      const refused = await refusal(
        verifyCredentials(await desk.person(), { ...healthy, authToken: secondary ?? "" }),
      );
      expect(refused).toMatchObject({ reason: "secondary_token", field: "authToken" });
    });

    test("a trial account and a subaccount are told as such", async () => {
      const trial = await verifyCredentials(await desk.person(), {
        mode: "test",
        accountSid: SENTINEL_ACCOUNTS.trial,
        authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.trial),
      });
      expect(trial.account).toMatchObject({ type: "trial", relation: "parent" });
      const sub = await verifyCredentials(await desk.person(), {
        mode: "test",
        accountSid: SENTINEL_ACCOUNTS.subaccount,
        authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.subaccount),
      });
      expect(sub.account).toMatchObject({ relation: "subaccount", ownerSid: SENTINEL_ACCOUNTS.healthy });
    });

    test("with an API key: a good one, a wrong one, one that may not send", async () => {
      const key = (pair: { sid: string; secret: string }) => ({
        ...healthy,
        apiKeySid: pair.sid,
        apiKeySecret: pair.secret,
      });
      const ctx = await desk.person();
      expect((await verifyCredentials(ctx, key(SENTINEL_API_KEYS.standard))).permissions).toEqual({
        account: true,
        messages: true,
        senders: true,
        services: true,
      });
      expect(
        await refusal(verifyCredentials(ctx, key({ ...SENTINEL_API_KEYS.standard, secret: "x".repeat(32) }))),
      ).toMatchObject({
        reason: "api_key_failed",
        field: "apiKeySid",
      });
      expect(await refusal(verifyCredentials(ctx, key(SENTINEL_API_KEYS.restricted)))).toMatchObject({
        reason: "no_permission",
        field: "apiKeySid",
      });
    });

    test("the eleventh call in a minute is refused before Twilio is asked; another organisation's is not", async () => {
      const ctx = await desk.person();
      const wrong = { ...healthy, authToken: SENTINEL_TOKENS.wrong };
      for (let call = 0; call < 10; call++)
        expect((await refusal(verifyCredentials(ctx, wrong))).reason).toBe("auth_failed");
      expect((await refusal(verifyCredentials(ctx, wrong))).reason).toBe("too_many_requests");
      expect((await refusal(verifyCredentials(await desk.person(), wrong))).reason).toBe("auth_failed");
    });

    test("test mode is refused where no simulator is configured", async () => {
      const ctx = { ...(await desk.person()), simulatorUrl: null };
      expect(await refusal(verifyCredentials(ctx, healthy))).toMatchObject({
        reason: "test_mode_off",
        field: "mode",
      });
    });
  });

  describe("connect", () => {
    test("saves a sealed token, an audit entry, and answers without any secret", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551000");
      const made = await connectTwilioSender(
        ctx,
        input({ ...account, sender: "whatsapp:+14155551000", displayName: "Front desk" }),
      );
      expect(made.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(made.webhookUrl).toBe(webhookUrl(TEST_PUBLIC_URL));
      expect(made).toMatchObject({
        isActive: true,
        displayName: "Front desk",
        token: { lastFour: account.authToken.slice(-4) },
      });
      expect(JSON.stringify(made)).not.toContain(account.authToken);
      const [row] = await ctx.installation.db.select().from(connections).where(eq(connections.id, made.id));
      expect(JSON.stringify(row)).not.toContain(account.authToken);
      expect(row?.authTokenSealed).toMatch(/^s1\./);
      const audit = await ctx.installation.db
        .select()
        .from(auditLog)
        .where(eq(auditLog.organizationId, ctx.organizationId));
      expect(audit.map((entry) => [entry.action, entry.subject])).toEqual([
        ["connection.connected", "whatsapp:+14155551000"],
      ]);
      expect(JSON.stringify(audit)).not.toContain(account.authToken);
      const seen = await listConnectionStatus(ctx);
      expect(seen.map((one) => one.id)).toEqual([made.id]);
      expect(JSON.stringify(seen)).not.toContain(account.authToken);
    });

    test("sets the webhook with Twilio's retry overrides, says what changed, and puts it back at the end", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551001");
      const address = "whatsapp:+14155551001";
      const before = "https://old.example.org/hook";
      desk.simulator.setWebhook({ accountSid: account.accountSid, sender: address, url: before });
      const made = await connectTwilioSender(
        ctx,
        input({ ...account, sender: address, configureWebhook: true }),
      );
      expect(made.configured).toMatchObject({ applied: true, problem: null });
      expect(made.configured.changes[0]).toEqual({
        setting: "Incoming messages: URL",
        before,
        after: webhookUrl(TEST_PUBLIC_URL),
      });
      const at = () =>
        desk.simulator
          .listAccounts()
          .flatMap((one) => one.senders)
          .find((sender) => sender.address === address)?.webhook;
      await expect.poll(() => JSON.stringify(at())).toContain(webhookUrl(TEST_PUBLIC_URL));
      expect(made.webhook.state).toBe("ours");
      const ended = await disconnectSender(ctx, { connectionId: made.id });
      expect(ended).toMatchObject({
        isActive: false,
        verdict: "disconnected",
        restored: { state: "restored" },
      });
      // Twilio applies such an update a moment after its response (202).
      await expect.poll(() => JSON.stringify(at())).toContain(before);
      expect(JSON.stringify(at())).not.toContain(TEST_PUBLIC_URL);
    });

    test("leaves settings alone that are no longer ours when it ends", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551002");
      const address = "whatsapp:+14155551002";
      const made = await connectTwilioSender(
        ctx,
        input({ ...account, sender: address, configureWebhook: true }),
      );
      desk.simulator.setWebhook({
        accountSid: account.accountSid,
        sender: address,
        url: "https://somebody.example.org/",
      });
      const ended = await disconnectSender(ctx, { connectionId: made.id });
      // The URL for messages belongs to another system and stays. Only the URL for status callbacks was still ours.
      expect(ended.restored.state).toBe("restored");
      const now = desk.simulator
        .listAccounts()
        .flatMap((one) => one.senders)
        .find((sender) => sender.address === address);
      expect(JSON.stringify(now?.webhook)).toContain("https://somebody.example.org/");
    });

    test("falls back to the plain URL where Twilio refuses one with overrides", async () => {
      const ctx = await desk.person();
      const accountSid = SENTINEL_ACCOUNTS.fragmentRefused;
      const found = await verifyCredentials(ctx, {
        mode: "test",
        accountSid,
        authToken: sentinelTokenOf(accountSid),
      });
      const sender = found.senders[0]?.address ?? "";
      const made = await connectTwilioSender(
        ctx,
        input({ accountSid, authToken: sentinelTokenOf(accountSid), sender, configureWebhook: true }),
      );
      expect(made.configured.applied).toBe(true);
      expect(made.configured.changes.map((change) => change.after)).toContain(
        plainWebhookUrl(TEST_PUBLIC_URL),
      );
    });

    test("a refusal of the webhook settings does not lose the connection", async () => {
      const ctx = await desk.person();
      const accountSid = SENTINEL_ACCOUNTS.senderUpdateRefused;
      const found = await verifyCredentials(ctx, {
        mode: "test",
        accountSid,
        authToken: sentinelTokenOf(accountSid),
      });
      const sender = found.senders[0]?.address ?? "";
      const made = await connectTwilioSender(
        ctx,
        input({ accountSid, authToken: sentinelTokenOf(accountSid), sender, configureWebhook: true }),
      );
      expect(made.configured).toMatchObject({ applied: false, problem: { reason: "no_permission" } });
      expect((await listConnectionStatus(ctx)).map((one) => one.isActive)).toEqual([true]);
    });

    test("a Messaging Service brings its senders along and gets its own URL set", async () => {
      const ctx = await desk.person();
      const made = await connectTwilioSender(
        ctx,
        input({ sender: SENTINEL_SERVICE, configureWebhook: true }),
      );
      expect(made).toMatchObject({
        sender: SENTINEL_SERVICE,
        poolSenders: [SENTINEL_SENDERS.inService],
        configured: { applied: true },
      });
      const service = () =>
        desk.simulator
          .listAccounts()
          .flatMap((one) => one.services)
          .find((one) => one.sid === SENTINEL_SERVICE);
      expect(service()?.inboundRequestUrl).toBe(webhookUrl(TEST_PUBLIC_URL));
      // The service's sender is taken through the service.
      expect(
        (
          await refusal(
            connectTwilioSender(await desk.person(), input({ sender: SENTINEL_SENDERS.inService })),
          )
        ).reason,
      ).toBe("sender_taken");
      await disconnectSender(ctx, { connectionId: made.id });
      expect(service()?.inboundRequestUrl).not.toBe(webhookUrl(TEST_PUBLIC_URL));
    });

    test("a sender inside a Messaging Service connects with the caution that the service takes its messages", async () => {
      const ctx = await desk.person();
      const made = await connectTwilioSender(
        ctx,
        input({ sender: SENTINEL_SENDERS.inService, configureWebhook: true }),
      );
      expect(made.configured.problem?.reason).toBe("sender_in_service");
      expect(made.reasons.map((reason) => reason.code)).toContain("sender_in_service");
      await disconnectSender(ctx, { connectionId: made.id });
    });

    test("refuses an offline sender, an unknown one and nonsense, beside the sender", async () => {
      const ctx = await desk.person();
      expect(
        await refusal(connectTwilioSender(ctx, input({ sender: SENTINEL_SENDERS.offline }))),
      ).toMatchObject({
        reason: "sender_offline",
        field: "sender",
      });
      expect(
        await refusal(connectTwilioSender(ctx, input({ sender: SENTINEL_SENDERS.pending }))),
      ).toMatchObject({
        reason: "sender_offline",
        field: "sender",
      });
      expect(
        await refusal(connectTwilioSender(ctx, input({ sender: "whatsapp:+19999999999" }))),
      ).toMatchObject({
        reason: "sender_not_found",
        field: "sender",
      });
      expect(await refusal(connectTwilioSender(ctx, input({ sender: "+14155550100" })))).toMatchObject({
        reason: "sender_format",
        field: "sender",
      });
    });

    test("a sender that another organisation holds is refused in neutral words; two at once give one", async () => {
      const [one, two] = [await desk.person(), await desk.person()];
      const account = freshAccount("+14155551003");
      const wanted = input({ ...account, sender: "whatsapp:+14155551003" });
      const settled = await Promise.allSettled([
        connectTwilioSender(one, wanted),
        connectTwilioSender(two, wanted),
      ]);
      expect(settled.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
      const loser = settled[0]?.status === "rejected" ? one : two;
      const refused = await refusal(connectTwilioSender(loser, wanted));
      expect(refused).toMatchObject({ reason: "sender_taken", field: "sender" });
      expect(refused.message).not.toMatch(/organi[sz]ation/i);
    });

    test("reconnecting takes up the same connection again", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551004", "+14155551005");
      const wanted = input({ ...account, sender: "whatsapp:+14155551004" });
      const first = await connectTwilioSender(ctx, wanted);
      const other = await connectTwilioSender(ctx, input({ ...account, sender: "whatsapp:+14155551005" }));
      await disconnectSender(ctx, { connectionId: first.id });
      const [ended] = await ctx.installation.db
        .select()
        .from(connections)
        .where(eq(connections.id, first.id));
      expect([ended?.authTokenSealed, ended?.authTokenLastFour, ended?.isActive]).toEqual([
        null,
        null,
        false,
      ]);
      const again = await connectTwilioSender(ctx, wanted);
      expect([first.reattached, again.reattached, again.id]).toEqual([false, true, first.id]);
      expect((await listConnectionStatus(ctx)).map((one) => one.id).sort()).toEqual(
        [first.id, other.id].sort(),
      );
      const audit = await ctx.installation.db
        .select({ action: auditLog.action })
        .from(auditLog)
        .where(eq(auditLog.organizationId, ctx.organizationId))
        .orderBy(asc(auditLog.id));
      expect(audit.map((entry) => entry.action)).toEqual([
        "connection.connected",
        "connection.connected",
        "connection.disconnected",
        "connection.connected",
      ]);
    });

    test("another organisation neither sees nor ends a connection", async () => {
      const [ours, theirs] = [await desk.person(), await desk.person()];
      const account = freshAccount("+14155551006");
      const made = await connectTwilioSender(ours, input({ ...account, sender: "whatsapp:+14155551006" }));
      expect(await listConnectionStatus(theirs)).toEqual([]);
      for (const act of [checkConnection, disconnectSender])
        expect((await refusal(act(theirs, { connectionId: made.id }))).reason).toBe("not_found");
      expect((await listConnectionStatus(ours))[0]?.isActive).toBe(true);
    });
  });

  describe("disconnect", () => {
    test("succeeds though Twilio fails, and says so", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551007");
      const made = await connectTwilioSender(
        ctx,
        input({ ...account, sender: "whatsapp:+14155551007", configureWebhook: true }),
      );
      const away = { ...ctx, simulatorUrl: "http://127.0.0.1:9" };
      const ended = await disconnectSender(away, { connectionId: made.id });
      expect(ended).toMatchObject({ isActive: false, restored: { state: "failed" } });
      expect((await disconnectSender(ctx, { connectionId: made.id })).restored.state).toBe(
        "nothing_to_restore",
      );
    });
  });

  describe("the verdict", () => {
    test("follows what Twilio says at the next check: a replaced token breaks it", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551008");
      const made = await connectTwilioSender(
        ctx,
        input({ ...account, sender: "whatsapp:+14155551008", configureWebhook: true }),
      );
      expect([made.verdict, made.reasons.map((reason) => reason.code)]).toEqual([
        "attention",
        ["not_proven"],
      ]);
      desk.simulator.createSecondaryToken(account.accountSid);
      desk.simulator.promoteToken(account.accountSid);
      const checked = await checkConnection(ctx, { connectionId: made.id });
      expect([checked.verdict, checked.reasons[0]?.code]).toEqual(["broken", "auth_failed"]);
    });

    test("an unreachable Twilio is attention, not a broken connection", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551009");
      const made = await connectTwilioSender(ctx, input({ ...account, sender: "whatsapp:+14155551009" }));
      const checked = await checkConnection(
        { ...ctx, simulatorUrl: "http://127.0.0.1:9" },
        { connectionId: made.id },
      );
      expect(checked.verdict).toBe("attention");
      expect(checked.reasons.map((reason) => reason.code)).toContain("twilio_unreachable");
      expect(checked.reasons.map((reason) => reason.code)).toContain("webhook_unset");
    });

    test("a webhook pointing elsewhere is named", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551010");
      const address = "whatsapp:+14155551010";
      const made = await connectTwilioSender(ctx, input({ ...account, sender: address }));
      desk.simulator.setWebhook({
        accountSid: account.accountSid,
        sender: address,
        url: "https://other.example.org/",
      });
      const checked = await checkConnection(ctx, { connectionId: made.id });
      expect(checked.webhook).toMatchObject({ state: "elsewhere", actualUrl: "https://other.example.org/" });
      expect(checked.reasons[0]?.code).toBe("webhook_elsewhere");
    });

    test("a token that no key opens is broken", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551011");
      const made = await connectTwilioSender(ctx, input({ ...account, sender: "whatsapp:+14155551011" }));
      await ctx.installation.db
        .update(connections)
        .set({ authTokenSealed: "s1.00000000.AAAA.AAAA.AAAA" })
        .where(eq(connections.id, made.id));
      expect((await listConnectionStatus(ctx))[0]).toMatchObject({
        verdict: "broken",
        reasons: [{ code: "token_unreadable" }, {}],
      });
    });

    test("every active connection is asked about again after an hour, once", async () => {
      const ctx = await desk.person();
      const account = freshAccount("+14155551012");
      const made = await connectTwilioSender(ctx, input({ ...account, sender: "whatsapp:+14155551012" }));
      await ctx.installation.db.update(connections).set({ checkedAt: new Date() });
      expect(await recheckDueConnections(desk.platform)).toBe(0);
      await ctx.installation.db
        .update(connections)
        .set({ checkedAt: new Date(Date.now() - 3_700_000) })
        .where(eq(connections.id, made.id));
      const counts = await Promise.all([
        recheckDueConnections(desk.platform),
        recheckDueConnections(desk.platform),
      ]);
      expect(counts[0] + counts[1]).toBe(1);
    });
  });

  test("the simulator's credentials are there to fill in", async () => {
    const { accounts } = await testCredentials(desk.platform);
    expect(accounts).toContainEqual(
      expect.objectContaining({
        accountSid: SENTINEL_ACCOUNTS.healthy,
        authToken: SENTINEL_TOKENS.primary,
        name: "Bar Harbour Ltd",
      }),
    );
  });
});

test("a Twilio that never answers is given up, and not called a wrong token", async () => {
  await using desk = await createTestInstallation("embedded");
  const hang = {
    mode: "test" as const,
    accountSid: SENTINEL_ACCOUNTS.hang,
    authToken: sentinelTokenOf(SENTINEL_ACCOUNTS.hang),
  };
  expect((await refusal(verifyCredentials(await desk.person(), hang))).reason).toBe("twilio_unreachable");
});

test.each([
  ["https://desk.example.org", false],
  ["http://localhost:3000", true],
  ["https://192.168.1.4", true],
  ["https://10.1.2.3:8443", true],
  ["https://172.20.0.1", true],
  ["https://[::1]", true],
  ["http://desk.example.org", true],
  ["https://my_desk.example.org", true],
])("whether Twilio can reach %s", (url, isProblem) => {
  expect(publicUrlProblem(url) !== null).toBe(isProblem);
});
