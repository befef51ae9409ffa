import { DomainError } from "@waystation/core/errors";
import { IS_REJECTED_BY_RECIPIENT, IS_SHORT_INCOMING, messages } from "@waystation/db/schema/inbox";
import { auditLog } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { recipientWithEnding } from "@waystation/twilio-simulator/sentinels";
import { eq, type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import { expect, test } from "vitest";
import { LANGUAGE_CODES } from "../../opt-out/inputs.ts";
import { updateOptOutSettings } from "../../opt-out/settings.ts";
import { rebuildProjection } from "../../webhooks/rebuild.ts";
import { getConversation } from "../get-conversation.ts";
import { createTestInbox, messageNumber } from "../testing.ts";
import { createMessageSender } from "./outbox.ts";
import { sendMessage } from "./send-message.ts";

const PHONE = "whatsapp:+4915112345678";
const STOPS = [
  ...["STOP", "unsubscribe", "End", "QUIT", "stopall", "Revoke", "OPTOUT", "cancel", " Stop \n"],
  ...[
    "Stop!",
    "stop please",
    "\u200eSTOP",
    "Stopp",
    "Please stop",
    "Baja, por favor",
    "СТОП",
    "توقف",
    "退订",
  ],
];

type Inbox = Awaited<ReturnType<typeof createTestInbox>>;

async function optOut({ ctx, conversation }: Inbox, address = PHONE) {
  const { id } = await conversation(address);
  return (await getConversation(ctx, { conversationId: id })).contact.optOut;
}

async function reasonOf(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof DomainError ? error.reason : error;
}

test.for(testDatabases)("%s: STOP and its like hold back what is written, until START", async (kind) => {
  await using inbox = await createTestInbox(kind);
  await inbox.hear(PHONE, "Hello");
  for (const words of STOPS) {
    await inbox.hear(PHONE, words);
    expect(await optOut(inbox), words).toMatchObject({ why: "asked", words: words.trim() });
    await inbox.hear(PHONE, "And what about Sunday?");
    expect(await reasonOf(inbox.say(PHONE, "Hi")), words).toBe("opted_out");
    await inbox.hear(PHONE, words.length % 2 ? "START" : "unstop ");
    expect(await optOut(inbox), words).toBeNull();
  }
  await inbox.say(PHONE, "Welcome back");
  expect((await inbox.thread(PHONE)).slice(0, 4).map(({ asks }) => asks)).toEqual([
    null,
    "start",
    null,
    "stop",
  ]);
});

test.for(testDatabases)(
  "%s: whoever was told may write all the same, and is told every time",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    await inbox.hear(PHONE, "stop");
    const { id } = await inbox.conversation(PHONE);
    const input = { conversationId: id, clientKey: "all-the-same", body: "Your order is here" };
    expect(await reasonOf(sendMessage(inbox.ctx, input))).toBe("opted_out");
    expect((await sendMessage(inbox.ctx, { ...input, evenThough: "opted_out" })).body).toBe(input.body);
    expect(await reasonOf(sendMessage(inbox.ctx, { ...input, clientKey: "another-one" }))).toBe("opted_out");
  },
);

test.for(testDatabases)("%s: what Twilio or WhatsApp says of it counts, too", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs });
  const refused = recipientWithEnding(21610);
  await inbox.hear(refused, "Hello");
  await outbox.send(messageNumber(inbox.ctx, (await inbox.say(refused, "Hi")).id), 0);
  expect(await optOut(inbox, refused)).toMatchObject({ why: "refused" });
  await inbox.hear(refused, "Why?");
  expect(await reasonOf(inbox.say(refused, "Hi"))).toBe("opted_out");
  await inbox.hear(refused, "Start");
  expect(await optOut(inbox, refused)).toBeNull();

  const blocking = recipientWithEnding(63033);
  await inbox.hear(blocking, "Hello");
  await outbox.send(messageNumber(inbox.ctx, (await inbox.say(blocking, "Hi")).id), 0);
  const [sent] = await inbox.thread(blocking);
  await inbox.callBack("", {
    MessageSid: sent?.twilioSid ?? "",
    MessageStatus: "undelivered",
    ErrorCode: "63033",
    From: inbox.ours,
    To: blocking,
  });
  expect(await optOut(inbox, blocking)).toMatchObject({ why: "blocked" });
  await inbox.hear(blocking, "I changed my mind");
  expect(await optOut(inbox, blocking)).toBeNull();

  // An opt-out from before the block still counts after it.
  await inbox.hear(blocking, "stop");
  const { id } = await inbox.conversation(blocking);
  const input = { conversationId: id, clientKey: "all-the-same", body: "Hi" };
  const again = await sendMessage(inbox.ctx, { ...input, evenThough: "opted_out" });
  await inbox.ctx.installation.db
    .update(messages)
    .set({ errorCode: 63033 })
    .where(eq(messages.id, messageNumber(inbox.ctx, again.id)));
  expect(await optOut(inbox, blocking)).toMatchObject({ why: "blocked" });
  await inbox.hear(blocking, "Hello again");
  expect(await optOut(inbox, blocking)).toMatchObject({ why: "asked" });
});

test.for(testDatabases)("%s: it is the same when everything is made anew", async (kind) => {
  await using inbox = await createTestInbox(kind);
  await inbox.hear(PHONE, "Hello");
  await inbox.hear(PHONE, "stop");
  const before = await optOut(inbox);
  await rebuildProjection(inbox.desk.store);
  expect(await optOut(inbox)).toEqual(before);
});

test.for(testDatabases)("%s: other sentences do not opt out", async (kind) => {
  await using inbox = await createTestInbox(kind);
  for (const words of ["stop it", "endless", "", "Weekend", "stop by tomorrow", "don't stop"]) {
    await inbox.hear(PHONE, words);
    expect([(await inbox.thread(PHONE))[0]?.asks, await optOut(inbox)], words).toEqual([null, null]);
  }
});

test.for(testDatabases)(
  "%s: an index finds short messages, and another one rejected messages",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    await inbox.ctx.installation.db.execute(sql`set enable_seqscan = off`);
    const plan = async (condition: SQL) => {
      const { sql: text } = new PgDialect().sqlToQuery(condition);
      const rows = await inbox.desk.store.query<Record<string, string>>(
        `explain select id from messages where conversation_id = 1 and ${text} order by id desc limit 10`,
        [],
      );
      return rows.map((row) => row["QUERY PLAN"]).join("\n");
    };
    expect(await plan(IS_SHORT_INCOMING)).toContain("messages_short_incoming");
    expect(await plan(IS_REJECTED_BY_RECIPIENT)).toContain("messages_rejected_by_recipient");
  },
);

test.for(testDatabases)("%s: an opt-out in other words is found behind many later messages", async (kind) => {
  await using inbox = await createTestInbox(kind);
  await inbox.hear(PHONE, "Abmelden!");
  // More messages than one page holds.
  await Promise.all(Array.from({ length: 450 }, (_, no) => inbox.hear(PHONE, `And what about day ${no}?`)));
  expect(await optOut(inbox)).toMatchObject({ why: "asked", words: "Abmelden!", startWord: "START" });
  await inbox.hear(PHONE, "Отписаться");
  expect(await optOut(inbox)).toMatchObject({ words: "Отписаться", startWord: "СТАРТ" });
  await inbox.hear(PHONE, "старт");
  expect(await optOut(inbox)).toBeNull();
});

test.for(testDatabases)("%s: Twilio's OptOutType decides", async (kind) => {
  await using inbox = await createTestInbox(kind);
  await inbox.hear(PHONE, "Leave me alone", { OptOutType: "STOP" });
  expect(await optOut(inbox)).toMatchObject({ why: "asked", words: "Leave me alone", startWord: "START" });
  expect((await inbox.thread(PHONE))[0]?.asks).toBe("stop");
  await inbox.hear(PHONE, "I am back", { OptOutType: "START" });
  expect(await optOut(inbox)).toBeNull();
  await inbox.hear(PHONE, "Stop", { OptOutType: "HELP" });
  expect([(await inbox.thread(PHONE))[0]?.asks, await optOut(inbox)]).toEqual([null, null]);
  await inbox.hear(PHONE, "&OptOutType=STOP");
  expect(await optOut(inbox)).toBeNull();
  await inbox.hear(PHONE, "Stop", { OptOutType: "SOMETHING" });
  expect(await optOut(inbox)).toMatchObject({ why: "asked" });
});

test.for(testDatabases)("%s: each organisation chooses its languages and adds words", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const { ctx } = inbox;
  await inbox.hear(PHONE, "Cancel");
  expect(await optOut(inbox)).toMatchObject({ words: "Cancel" });
  const languages = LANGUAGE_CODES.filter((code) => code !== "en");
  const settings = { languages, stopWords: ["Schluss jetzt"], startWords: ["Weiter"] };
  const updated = await updateOptOutSettings(ctx, settings);
  expect(updated).toMatchObject({
    stopWords: ["Schluss jetzt"],
    startWords: ["Weiter"],
    startWord: "Weiter",
  });
  expect(updated.languages.filter(({ isOn }) => !isOn).map(({ code }) => code)).toEqual(["en"]);
  // Stored messages are also read with the new words.
  expect(await optOut(inbox)).toBeNull();
  await inbox.hear(PHONE, "Schluss, jetzt! Danke");
  expect(await optOut(inbox)).toMatchObject({ why: "asked", startWord: "Weiter" });
  await inbox.hear(PHONE, "weiter bitte");
  expect(await optOut(inbox)).toBeNull();
  const entries = await ctx.db.select({ action: auditLog.action, detail: auditLog.detail }).from(auditLog);
  expect(entries).toContainEqual({
    action: "organization.opt_out_changed",
    detail: { languagesOff: ["en"], stopWords: ["Schluss jetzt"], startWords: ["Weiter"] },
  });
});
