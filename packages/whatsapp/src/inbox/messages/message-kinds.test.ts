import { readFileSync } from "node:fs";
import { isBlank } from "@waystation/core/text";
import { outgoingMessages } from "@waystation/db/schema/inbox";
import { testDatabases } from "@waystation/db/testing/databases";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { rebuildProjection } from "../../webhooks/rebuild.ts";
import { listConversations } from "../list-conversations.ts";
import { createMessageSender } from "../sending/outbox.ts";
import { createTestInbox, messageNumber } from "../testing.ts";

const payloads: { name: string; params: Record<string, string> }[] = JSON.parse(
  readFileSync(new URL("../../../../../fixtures/twilio/incoming-messages.json", import.meta.url), "utf8"),
);
const PHONE = "whatsapp:+4915112345678";

test.for(testDatabases)(
  "%s: every collected payload is shown, and stays the same when rebuilt",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    const { ctx } = inbox;
    for (const [no, { params }] of payloads.entries()) {
      const digits = (no + 1).toString(16).padStart(32, "c");
      const MessageSid = `${no % 2 ? "MM" : "SM"}${digits}`;
      const { AccountSid: _, SmsSid: __, SmsMessageSid: ___, ...rest } = params;
      await inbox.receive({
        ...rest,
        From: `whatsapp:+4915100000${String(no).padStart(3, "0")}`,
        To: inbox.ours,
        MessageSid,
      });
    }
    const list = () => listConversations(ctx, { filter: "all", limit: 100 });
    const before = await list();
    expect(before.items.length).toBeGreaterThan(30);
    const sids = new Set<string>();
    for (const { id, contact, lastMessage } of before.items) {
      const messages = await inbox.messagesOf(id);
      expect(isBlank(lastMessage.preview), contact.address).toBe(false);
      for (const message of messages) {
        expect(isBlank(message.summary), contact.address).toBe(false);
        expect(message.kind, message.summary).not.toBe("unknown");
        sids.add(message.twilioSid?.slice(0, 2) ?? "none");
      }
    }
    expect([...sids].sort()).toEqual(["MM", "SM"]);
    await rebuildProjection(inbox.desk.store);
    expect(await list()).toEqual(before);
  },
);

test.for(testDatabases)("%s: what a message carries is neither lost nor guessed", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const said = async (params: Record<string, string>) => {
    await inbox.hear(PHONE, params.Body ?? "", params);
    const [message] = await inbox.thread(PHONE);
    if (!message) throw new Error("Nothing arrived");
    return message;
  };
  const sid = `MM${"1f".repeat(16)}`;
  expect(await said({ MessageSid: sid, Body: "Which one?" })).toMatchObject({ twilioSid: sid });
  expect(await said({ MessageType: "reaction", Body: "❤️", OriginalRepliedMessageSid: sid })).toMatchObject({
    kind: "reaction",
    details: {
      reaction: { emoji: "❤️" },
      quoted: { body: "Which one?", summary: "Which one?", isOurs: false },
    },
  });
  expect(await said({ ListTitle: "Large" })).toMatchObject({
    kind: "list",
    summary: "Large",
    details: { choice: { title: "Large", payload: null } },
  });
  const call = { Body: "VOICE_CALL_REQUEST", ButtonText: "VOICE_CALL_REQUEST" };
  expect(await said({ ...call, ButtonPayload: "ACCEPTED" })).toMatchObject({
    details: { call: { permission: "accepted" }, choice: { payload: "ACCEPTED" } },
  });
  expect(await said({ ...call, ButtonPayload: "REJECTED" })).toMatchObject({
    details: { call: { permission: "rejected" }, choice: { payload: "REJECTED" } },
  });
  expect(await said({ Body: "Hi", ReferralSourceId: "77", ReferralCtwaClid: "clid" })).toMatchObject({
    details: { referral: { sourceId: "77", clickId: "clid", headline: null } },
  });
  expect(await said({ MessageType: "poll_vote", PollName: "Lunch" })).toMatchObject({
    summary: "Message of kind “poll_vote”",
    details: { messageType: "poll_vote", other: [{ name: "PollName", value: "Lunch" }] },
  });
  expect(await said({ MessageType: "location", Latitude: "abc", Longitude: "7" })).toMatchObject({
    files: [],
    details: { location: { latitude: null, text: "abc, 7" } },
  });
  expect(
    await said({
      MessageType: "document",
      Body: "Rechnung\u202Efdp.pdf",
      NumMedia: "1",
      MediaUrl0: "https://api.twilio.com/x",
      MediaContentType0: "application/pdf",
    }),
  ).toMatchObject({ body: "Rechnung\u202Efdp.pdf", files: [{ name: "Rechnungfdp.pdf" }] });
  expect(await said({ Body: " \u200B ", FrequentlyForwarded: "true" })).toMatchObject({
    summary: "Message without text",
    body: " \u200B ",
    details: { isForwarded: true, isFrequentlyForwarded: true },
  });
  const { items } = await listConversations(inbox.ctx, {});
  expect(items[0]?.lastMessage.preview).toBe("Message without text");
});

test.for(testDatabases)("%s: a contact without a name is told by username", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const address = "whatsapp:DE.7712345678342942";
  await inbox.receive({
    From: address,
    To: inbox.ours,
    Body: "Hi",
    ProfileName: " \u200B",
    ProfileUsername: "muhsin",
  });
  expect((await inbox.conversation(address)).contact).toEqual({ name: null, username: "muhsin", address });
});

test.for(testDatabases)("%s: an outgoing message has the SID that Twilio gave it, or none", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs });
  await inbox.hear(PHONE, "Hello");
  const { id } = await inbox.say(PHONE, "Hi");
  await outbox.send(messageNumber(inbox.ctx, id), 0);
  const sidOf = async () => (await inbox.thread(PHONE))[0]?.twilioSid;
  const [sent] = await inbox.atTwilio();
  expect(await sidOf()).toBe(sent?.sid);
  // The state of a message from before the prefix was stored.
  const { db } = inbox.ctx.installation;
  await db
    .update(outgoingMessages)
    .set({ sidPrefix: null })
    .where(eq(outgoingMessages.messageId, messageNumber(inbox.ctx, id)));
  expect(await sidOf()).toBeNull();
  const named = `MM${sent?.sid.slice(2)}`;
  await inbox.callBack("", { MessageSid: named, MessageStatus: "sent", From: inbox.ours, To: PHONE });
  expect(await sidOf()).toBe(named);
});
