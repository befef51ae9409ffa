import { DomainError } from "@waystation/core/errors";
import { testDatabases } from "@waystation/db/testing/databases";
import { SENTINEL_ACCOUNTS, sentinelTokenOf } from "@waystation/twilio-simulator/sentinels";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestInstallation, type TestInstallation } from "../../testing.ts";
import { connectTwilioSender } from "../connect.ts";
import { disconnectSender } from "../disconnect.ts";
import { connectInput } from "../inputs.ts";
import { listConnectionStatus } from "../list-connections.ts";
import { verifyCredentials } from "../verify.ts";
import { checkConnection } from "./check-connection.ts";

const login = (accountSid: string) => ({
  mode: "test" as const,
  accountSid,
  authToken: sentinelTokenOf(accountSid),
});

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  beforeAll(async () => {
    desk = await createTestInstallation(kind);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  const addressOf = (accountSid: string) =>
    desk.simulator.listAccounts().find(({ sid }) => sid === accountSid)?.senders[0]?.address ?? "";

  test.each([
    ["servicesFail", ["services"], "ONLINE", null],
    ["sendersForbidden", ["senders"], null, "sender_unchecked"],
    ["listsUnreadable", ["senders", "services"], null, "sender_unchecked"],
    ["poolsLimited", ["service_senders"], "ONLINE", null],
    ["nulls", ["account"], null, "sender_unchecked"],
    ["unknownWords", [], "HIBERNATING", "sender_unchecked"],
  ] as const)("the account %s is connected", async (name, whats, senderStatus, problem) => {
    const accountSid = SENTINEL_ACCOUNTS[name];
    const ctx = await desk.person();
    const verified = await verifyCredentials(ctx, login(accountSid));
    expect(verified.unchecked.map(({ what }) => what)).toEqual(whats);
    for (const { message } of verified.unchecked) expect(message).toMatch(/^\S.{30,}\.$/);
    const made = await connectTwilioSender(
      ctx,
      connectInput.parse({ ...login(accountSid), sender: addressOf(accountSid), configureWebhook: true }),
    );
    expect(made).toMatchObject({ isActive: true, verdict: "attention", senderStatus });
    expect(made.configured.problem?.reason ?? null).toBe(problem);
    const checked = await checkConnection(ctx, { connectionId: made.id });
    expect(checked.unchecked).toEqual(verified.unchecked);
    expect(checked.verdict).toBe("attention");
    await disconnectSender(ctx, { connectionId: made.id });
    expect((await listConnectionStatus(ctx)).map((one) => [one.verdict, one.unchecked])).toEqual([
      ["disconnected", []],
    ]);
  });

  test("the words that Twilio gave are kept", async () => {
    const verified = await verifyCredentials(await desk.person(), login(SENTINEL_ACCOUNTS.unknownWords));
    expect(verified.account).toMatchObject({ status: "hibernating", type: "partner" });
    expect(verified.senders[0]).toMatchObject({ status: "HIBERNATING", offline: false });
  });

  test("a Messaging Service is typed by its SID where the list cannot be read", async () => {
    const ctx = await desk.person();
    const unknown = `MG${"9".repeat(32)}`;
    const accountSid = SENTINEL_ACCOUNTS.servicesFail;
    const input = connectInput.parse({ ...login(accountSid), messagingServiceSid: unknown });
    const made = await connectTwilioSender(ctx, input);
    expect(made).toMatchObject({ sender: unknown, poolSenders: [], webhook: { state: "unknown" } });
    expect(made.reasons.map(({ code }) => code)).toContain("sender_unchecked");
    await disconnectSender(ctx, { connectionId: made.id });
  });

  test("a list that was read is believed: a sender that it does not show is rejected", async () => {
    const ctx = await desk.person();
    const sender = "whatsapp:+14155559999";
    const rejected = await connectTwilioSender(
      ctx,
      connectInput.parse({ ...login(SENTINEL_ACCOUNTS.servicesFail), sender }),
    ).catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(DomainError);
    expect(rejected).toMatchObject({ reason: "sender_not_found", field: "sender" });
  });
});
