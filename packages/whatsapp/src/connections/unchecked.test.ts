import { databases } from "@waystation/db/testing";
import { ACCOUNTS, tokenOf } from "@waystation/twilio-simulator/sentinels";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DomainError } from "../errors.ts";
import { createTestDesk, type TestDesk } from "../testing.ts";
import { check } from "./check.ts";
import { connect } from "./connect.ts";
import { disconnect } from "./disconnect.ts";
import { connectInput } from "./inputs.ts";
import { status } from "./status.ts";
import { verify } from "./verify.ts";

const login = (accountSid: string) => ({
  mode: "test" as const,
  accountSid,
  authToken: tokenOf(accountSid),
});

describe.each(databases)("on %s", (kind) => {
  let desk: TestDesk;
  beforeAll(async () => {
    desk = await createTestDesk(kind);
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
    const accountSid = ACCOUNTS[name];
    const ctx = await desk.person();
    const verified = await verify(ctx, login(accountSid));
    expect(verified.unchecked.map(({ what }) => what)).toEqual(whats);
    for (const { message } of verified.unchecked) expect(message).toMatch(/^\S.{30,}\.$/);
    const made = await connect(
      ctx,
      connectInput.parse({ ...login(accountSid), sender: addressOf(accountSid), configureWebhook: true }),
    );
    expect(made).toMatchObject({ isActive: true, verdict: "attention", senderStatus });
    expect(made.configured.problem?.reason ?? null).toBe(problem);
    const checked = await check(ctx, { connectionId: made.id });
    expect(checked.unchecked).toEqual(verified.unchecked);
    expect(checked.verdict).toBe("attention");
    await disconnect(ctx, { connectionId: made.id });
    expect((await status(ctx)).map((one) => [one.verdict, one.unchecked])).toEqual([["disconnected", []]]);
  });

  test("the words that Twilio gave are kept", async () => {
    const verified = await verify(await desk.person(), login(ACCOUNTS.unknownWords));
    expect(verified.account).toMatchObject({ status: "hibernating", type: "partner" });
    expect(verified.senders[0]).toMatchObject({ status: "HIBERNATING", offline: false });
  });

  test("a Messaging Service is typed by its SID where the list cannot be read", async () => {
    const ctx = await desk.person();
    const unknown = `MG${"9".repeat(32)}`;
    const accountSid = ACCOUNTS.servicesFail;
    const input = connectInput.parse({ ...login(accountSid), messagingServiceSid: unknown });
    const made = await connect(ctx, input);
    expect(made).toMatchObject({ sender: unknown, poolSenders: [], webhook: { state: "unknown" } });
    expect(made.reasons.map(({ code }) => code)).toContain("sender_unchecked");
    await disconnect(ctx, { connectionId: made.id });
  });

  test("a list that was read is believed: a sender that it does not show is rejected", async () => {
    const ctx = await desk.person();
    const sender = "whatsapp:+14155559999";
    const rejected = await connect(
      ctx,
      connectInput.parse({ ...login(ACCOUNTS.servicesFail), sender }),
    ).catch((error: unknown) => error);
    expect(rejected).toBeInstanceOf(DomainError);
    expect(rejected).toMatchObject({ reason: "sender_not_found", field: "sender" });
  });
});
