import { randomUUID } from "node:crypto";
import type { Context } from "@waystation/core/context";
import { DomainError } from "@waystation/core/errors";
import { createNoopJobs } from "@waystation/core/testing/test-core";
import { messages, outgoingMessages } from "@waystation/db/schema/inbox";
import { testDatabases } from "@waystation/db/testing/databases";
import { CREATE_ERROR_ENDINGS, recipientWithEnding } from "@waystation/twilio-simulator/sentinels";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectTwilioSender } from "../connections/connect.ts";
import { disconnectSender } from "../connections/disconnect.ts";
import { connectInput } from "../connections/inputs.ts";
import { buildSearchIndex } from "../search/index-search.ts";
import { createTestInstallation, type TestInstallation } from "../testing.ts";
import { connectionsOfAccount, type WebhookConnection } from "../webhooks/connection-cache.ts";
import type { FormPairs } from "../webhooks/form-body.ts";
import { createWebhookIngest, type WebhookIngest } from "../webhooks/ingest.ts";
import { parseWebhook } from "../webhooks/parse-webhook.ts";
import { verifiedWebhookOf } from "../webhooks/webhook-record.ts";
import { assignConversation } from "./assign-conversation.ts";
import { subscribeToConversationChanges } from "./conversation-changes.ts";
import { countUnread } from "./count-unread.ts";
import { getConversation } from "./get-conversation.ts";
import { listMessagesInput } from "./inputs.ts";
import { listConversations } from "./list-conversations.ts";
import { markRead } from "./mark-read.ts";
import { listMessages } from "./messages/list-messages.ts";
import { messageTimeline } from "./messages/message-details.ts";
import { reopenConversation, resolveConversation } from "./resolve-conversation.ts";
import { createMessageSender } from "./sending/outbox.ts";
import { sendMessage } from "./sending/send-message.ts";
import { messageNumber } from "./testing.ts";

const PHONE = "whatsapp:+4915112345678";
let counter = 0;
const nextSid = () => `SM${(++counter).toString(16).padStart(32, "0")}`;

async function refusal(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof DomainError) return error.reason;
  throw new Error(`No refusal but ${String(error)}`);
}

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  let ingest: WebhookIngest;
  let ctx: Context;
  let receiver: WebhookConnection;
  let sender: string;
  let connectionId: string;
  let account: { sid: string; token: string };

  beforeAll(async () => {
    desk = await createTestInstallation(kind, {}, { withJobs: true });
    ingest = createWebhookIngest(desk.store, desk.platform.feed, {
      onBatch: () => {},
      onUnprojected: () => {},
      onRetry: () => {},
    });
    await desk.work();
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.reports).toEqual([]);
  });
  beforeEach(async () => {
    sender = `whatsapp:+1415558${String(++counter).padStart(4, "0")}`;
    account = desk.simulator.createAccount({ senders: [sender] });
    ctx = await desk.person();
    const input = connectInput.parse({
      mode: "test",
      accountSid: account.sid,
      authToken: account.token,
      sender,
    });
    connectionId = (await connectTwilioSender(ctx, input)).id;
    const [found] = await connectionsOfAccount(ctx.installation.db, ctx.keyring, account.sid);
    if (!found) throw new Error("The connection has no receiver");
    receiver = found;
  });

  /** Delivers a customer's message to the simulator and to the ingest. */
  async function hear(body: string, from = PHONE, more: Record<string, string> = {}) {
    await desk.simulator.sendIncoming({ to: sender, from, body });
    const pairs: FormPairs = Object.entries({
      AccountSid: account.sid,
      MessageSid: nextSid(),
      From: from,
      To: sender,
      Body: body,
      SmsStatus: "received",
      ...more,
    });
    const bytes = Buffer.from(new URLSearchParams(pairs).toString());
    const webhook = parseWebhook(pairs, bytes, false);
    if (!webhook) throw new Error("Not a webhook");
    await ingest.add(
      verifiedWebhookOf(receiver, webhook, { body: bytes, messageId: null, outcome: "stored" }),
    );
  }
  const list = async (input: Parameters<typeof listConversations>[1] = {}, as = ctx) =>
    (await listConversations(as, input)).items;
  const only = async () => {
    const [conversation] = await list({ filter: "all" });
    if (!conversation) throw new Error("There is no conversation");
    return conversation;
  };
  const say = async (body: string, clientKey = `key-${++counter}-${body.slice(0, 8)}`) =>
    sendMessage(ctx, { conversationId: (await only()).id, clientKey, body });
  const thread = async () => (await listMessages(ctx, { conversationId: (await only()).id })).items;
  const fate = async (id: string) => (await thread()).find((message) => message.id === id)?.status;
  const atTwilio = () =>
    desk.simulator
      .listMessages({ accountSid: account.sid, direction: "outbound" as never })
      .filter((message) => message.direction !== "inbound");

  test("a customer's message makes a conversation that can be answered for 24 hours", async () => {
    await hear("Is it open on Sunday?", PHONE, { ProfileName: "Anna" });
    const [conversation] = await list();
    expect(conversation).toMatchObject({
      connectionId,
      contact: { name: "Anna", address: PHONE },
      lastMessage: { preview: "Is it open on Sunday?", direction: "in" },
      unread: 1,
      isOpen: true,
    });
    const closes = new Date(conversation?.windowClosesAt ?? 0).getTime() - Date.now();
    expect(closes).toBeGreaterThan(23.9 * 3_600_000);
    expect(closes).toBeLessThanOrEqual(24 * 3_600_000);
    expect(await thread()).toMatchObject([
      { direction: "in", kind: "text", body: "Is it open on Sunday?", status: "received" },
    ]);
  });

  test("an answer is sent once, in order, and the same key sends nothing more", async () => {
    await hear("Hello");
    const answers = await Promise.all([
      say("one", "the-same-key"),
      say("one", "the-same-key"),
      say("one", "the-same-key"),
    ]);
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    for (const word of ["two", "three", "four"]) await say(word);
    await expect.poll(() => atTwilio().length, { timeout: 30_000 }).toBe(4);
    expect(atTwilio().map((message) => message.body)).toEqual(["one", "two", "three", "four"]);
    await expect
      .poll(async () =>
        (await thread()).every((message) => message.direction === "in" || message.twilioSid !== null),
      )
      .toBe(true);
    expect((await only()).lastMessage).toMatchObject({ preview: "four", direction: "out" });
    expect(atTwilio()[0]?.statusCallback).toMatch(/\/api\/webhooks\/twilio-whatsapp\/status\/[0-9a-f-]{36}$/);
  });

  test("what Twilio refuses is failed with its code", async () => {
    await hear("Hello", recipientWithEnding(21610));
    const { id } = await say("to somebody who opted out");
    await expect.poll(() => fate(id), { timeout: 30_000 }).toBe("failed");
    expect((await thread()).find((message) => message.id === id)).toMatchObject({
      errorCode: 21610,
      twilioSid: null,
    });
  });

  test("an answer that was lost on the way back is uncertain, never sent again, and settled from Twilio's list", async () => {
    await hear("Hello", recipientWithEnding(CREATE_ERROR_ENDINGS.acceptedThenReset));
    const { id } = await say("did it leave?");
    await expect.poll(() => fate(id), { timeout: 30_000 }).toBe("uncertain");
    expect(atTwilio()).toHaveLength(1);
    await createMessageSender(desk.platform).settle(messageNumber(ctx, id));
    expect((await thread()).find((message) => message.id === id)?.twilioSid).toBe(atTwilio()[0]?.sid);
    expect(atTwilio()).toHaveLength(1);
  });

  test("one that never arrived is found out and can be sent again", async () => {
    await hear("Hello", recipientWithEnding(CREATE_ERROR_ENDINGS.reset));
    const { id } = await say("lost");
    await expect.poll(() => fate(id), { timeout: 30_000 }).toBe("uncertain");
    const outbox = createMessageSender(desk.platform);
    await expect(outbox.settle(messageNumber(ctx, id))).rejects.toThrow(/does not show it yet/);
    await ctx.installation.db
      .update(outgoingMessages)
      .set({ handedOverAt: sql`now() - interval '10 minutes'` })
      .where(eq(outgoingMessages.messageId, messageNumber(ctx, id)));
    await outbox.settle(messageNumber(ctx, id));
    expect(await fate(id)).toBe("failed");
    expect(atTwilio()).toHaveLength(0);
  });

  test("a process that died between claiming and recording leaves it uncertain, not sent twice", async () => {
    await hear("Hello");
    const quiet = { ...ctx, jobs: { ...createNoopJobs, send: async () => {}, settle: async () => {} } };
    const { id } = await sendMessage(quiet, {
      conversationId: (await only()).id,
      clientKey: "died-midway",
      body: "once",
    });
    await ctx.installation.db
      .update(outgoingMessages)
      .set({ state: "sending", handedOverAt: sql`now()` })
      .where(eq(outgoingMessages.messageId, messageNumber(ctx, id)));
    const outbox = createMessageSender({ ...desk.platform, jobs: quiet.jobs });
    await outbox.send(messageNumber(ctx, id), 0);
    await outbox.send(messageNumber(ctx, id), 0);
    expect([await fate(id), atTwilio().length]).toEqual(["uncertain", 0]);
  });

  test("the window is enforced on the server and opens by itself", async () => {
    await hear("Hello");
    await ctx.installation.db.execute(
      sql`update conversation_activity set last_incoming_at = now() - interval '25 hours' where organization_no = ${receiver.organizationNo}`,
    );
    expect(await refusal(say("too late"))).toBe("window_closed");
    await hear("I am back");
    await say("in time");
    await expect.poll(() => atTwilio().length, { timeout: 30_000 }).toBe(1);
  });

  test("a disconnected sender keeps its conversations and sends nothing", async () => {
    await hear("Hello");
    await disconnectSender(ctx, { connectionId });
    expect((await list()).length).toBe(1);
    expect(await refusal(say("nobody there"))).toBe("disconnected");
  });

  test("unread is each person's own", async () => {
    await hear("one");
    await hear("two");
    const colleague = await desk.person("member", ctx.organizationId);
    await markRead(ctx, { conversationId: (await only()).id });
    expect([(await list())[0]?.unread, (await list({}, colleague))[0]?.unread]).toEqual([0, 2]);
    expect([await list({ filter: "unread" }), (await list({ filter: "unread" }, colleague)).length]).toEqual([
      [],
      1,
    ]);
    await hear("three");
    expect((await list({ filter: "unread" }))[0]?.unread).toBe(1);
  });

  test("the badge counts open conversations with something unseen", async () => {
    await hear("one");
    await hear("two");
    await hear("three", "whatsapp:+4915112345679");
    expect(await countUnread(ctx)).toMatchObject({ count: 2 });
    const { id } = await only();
    await markRead(ctx, { conversationId: id });
    expect(await countUnread(ctx)).toMatchObject({ count: 1 });
    expect(await countUnread(await desk.person())).toEqual({ count: 0, mentions: 0 });
  });

  test("messages carry what they are beside their words, and the list says how the last one fared", async () => {
    await hear("look", PHONE, { NumMedia: "1", MediaContentType0: "image/jpeg", Forwarded: "true" });
    await hear("Pier 4", PHONE, { Latitude: "44.3876", Longitude: "-68.2039", Label: "Pier 4" });
    await hear("Yes", PHONE, { ButtonText: "Yes", ButtonPayload: "yes", MessageType: "button" });
    const answered = (await thread()).at(-1)?.twilioSid ?? "";
    await hear("this one", PHONE, { OriginalRepliedMessageSid: answered.replace("MM", "SM") });
    await hear("nothing beside", PHONE, { ReferralNumMedia: "0" });
    expect((await thread()).map((message) => message.details)).toMatchObject([
      null,
      { quoted: { isOurs: false, kind: "image", body: "look" } },
      { choice: { title: "Yes", description: null } },
      { location: { latitude: 44.3876, longitude: -68.2039, label: "Pier 4", address: null } },
      { media: ["image/jpeg"], isForwarded: true, location: null, quoted: null },
    ]);
    expect((await only()).lastMessage).toMatchObject({ kind: "text", status: "received" });
    const { id } = await say("and an answer");
    await expect.poll(() => atTwilio().length, { timeout: 30_000 }).toBe(1);
    await expect.poll(async () => (await only()).lastMessage.status, { timeout: 30_000 }).toBe("queued");
    expect((await only()).lastMessage.direction).toBe("out");
    const at = { conversationId: (await only()).id };
    expect(await messageTimeline(ctx, { ...at, messageId: id })).toEqual([]);
    const other = await desk.person();
    expect(await refusal(messageTimeline(other, { ...at, messageId: id }))).toBe("not_found");
    expect(await refusal(messageTimeline(ctx, { ...at, messageId: "1" }))).toBe("not_found");
  });

  test("who and whether it is open are asked apart", async () => {
    await hear("one");
    const { id } = await only();
    await resolveConversation(ctx, { conversationId: id });
    const found = async (filter: "unassigned" | "mine" | "all", isOpen: boolean) =>
      (await list({ filter, isOpen })).length;
    expect([await found("unassigned", false), await found("unassigned", true)]).toEqual([1, 0]);
    expect([await found("mine", false), await found("all", false), await found("all", true)]).toEqual([
      0, 1, 0,
    ]);
  });

  test("resolving takes it off the list, the customer's next message brings it back", async () => {
    await hear("one");
    const { id } = await only();
    await resolveConversation(ctx, { conversationId: id });
    expect([await list(), (await list({ filter: "resolved" })).length]).toEqual([[], 1]);
    await hear("two");
    expect((await list()).length).toBe(1);
    await resolveConversation(ctx, { conversationId: id });
    await reopenConversation(ctx, { conversationId: id });
    expect((await list()).length).toBe(1);
  });

  test("assignment is to a member of the organisation", async () => {
    await hear("one");
    const { id } = await only();
    const colleague = await desk.person("member", ctx.organizationId);
    const stranger = await desk.person();
    expect((await list({ filter: "unassigned" })).length).toBe(1);
    await assignConversation(ctx, { conversationId: id, userId: colleague.actor.userId });
    expect([
      (await list({ filter: "mine" }, colleague)).length,
      await list({ filter: "mine" }),
      await list({ filter: "unassigned" }),
    ]).toEqual([1, [], []]);
    expect((await getConversation(ctx, { conversationId: id })).assignee?.name).toBe(colleague.actor.name);
    expect(
      await refusal(assignConversation(ctx, { conversationId: id, userId: stranger.actor.userId })),
    ).toBe("not_found");
  });

  test("lists page without gaps and find names, numbers and words", async () => {
    for (let index = 0; index < 7; index++)
      await hear(`message about lighthouse ${index}`, `whatsapp:+4917000000${index}`, {
        ProfileName: `Person ${index}`,
      });
    const first = await listConversations(ctx, { limit: 4 });
    const second = await listConversations(ctx, { limit: 4, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items].map((item) => item.contact.name)).toEqual(
      [6, 5, 4, 3, 2, 1, 0].map((n) => `Person ${n}`),
    );
    expect((await list({ search: "person 3" })).length).toBe(1);
    expect((await list({ search: "17000000" })).length).toBe(7);
    expect((await list({ search: "lighthouse 5" })).map((item) => item.contact.name)).toEqual(["Person 5"]);
    expect(await list({ search: "harbour" })).toEqual([]);
    const id = second.items.at(-1)?.id ?? "";
    for (let index = 0; index < 5; index++) await hear(`page ${index}`, "whatsapp:+49170000000");
    const page = await listMessages(ctx, { conversationId: id, limit: 4 });
    const rest = await listMessages(ctx, { conversationId: id, limit: 4, cursor: page.nextCursor ?? "" });
    expect([...page.items, ...rest.items].map((item) => item.body)).toEqual([
      "page 4",
      "page 3",
      "page 2",
      "page 1",
      "page 0",
      "message about lighthouse 0",
    ]);
  });

  test("a search finds parts of names, whole words of all messages and any part of the recent ones, the newest first", async () => {
    const people = ["Ada Lovelace", "Bruno Munari", "Chiara Lubich"];
    for (const [index, ProfileName] of people.entries())
      await hear(`Nothing of it ${index}`, `whatsapp:+4917${index}`, { ProfileName });
    await hear("My appointment is 100% certain", "whatsapp:+49171");
    await hear("No appointment for Ada", "whatsapp:+49170");
    await hear("Yes", "whatsapp:+49172");
    const found = async (search: string, more = {}) =>
      (await list({ search, filter: "all", ...more })).map((item) => item.contact.name?.split(" ")[0]);
    expect(await found("appointment")).toEqual(["Ada", "Bruno"]);
    expect(await found("APPOINT")).toEqual(["Ada", "Bruno"]);
    expect(await found("no ada")).toEqual(["Ada"]);
    expect(await found("ada")).toEqual(["Ada"]);
    expect(await found("br")).toEqual(["Bruno"]);
    expect(await found("unari")).toEqual(["Bruno"]);
    expect(await found("100%")).toEqual(["Bruno"]);
    expect(await found("%")).toEqual(["Bruno"]);
    expect(await found("No_hing"), "no letter stands for any other").toEqual([]);
    expect(await found("'quoted' & \\ (odd | !")).toEqual([]);
    expect(await found("4917")).toEqual(["Chiara", "Ada", "Bruno"]);
    expect(await found("4917", { limit: 1 })).toEqual(["Chiara"]);
    const [first] = await list({ search: "appointment" });
    await resolveConversation(ctx, { conversationId: first?.id ?? "" });
    expect(await found("appointment", { filter: "open" })).toEqual(["Bruno"]);
    expect(await found("appointment", { filter: "resolved" })).toEqual(["Ada"]);
    expect(await found("appointment", { filter: "mine" })).toEqual([]);
  });

  test("a thread opens around a message, and reads on from there in both directions", async () => {
    for (let n = 1; n <= 12; n++) await hear(`message ${n}`);
    const { id: conversationId } = await only();
    const all = (await thread()).map(({ id, body }) => ({ id, body }));
    const page = async (input: { cursor?: string; after?: string; around?: string }, limit = 4) => {
      const { items, nextCursor, previousCursor } = await listMessages(ctx, {
        conversationId,
        limit,
        ...input,
      });
      return { bodies: items.map(({ body }) => body?.slice(8)), nextCursor, previousCursor };
    };
    const idOf = (n: number) => all.find(({ body }) => body === `message ${n}`)?.id ?? "";
    const middle = await page({ around: idOf(5) });
    expect(middle.bodies).toEqual(["7", "6", "5", "4"]);
    expect((await page({ cursor: middle.nextCursor ?? "" })).bodies).toEqual(["3", "2", "1"]);
    const newer = await page({ after: middle.previousCursor ?? "" });
    expect(newer.bodies).toEqual(["11", "10", "9", "8"]);
    expect((await page({ cursor: newer.nextCursor ?? "" })).bodies).toEqual(["7", "6", "5", "4"]);
    const newest = await page({ after: newer.previousCursor ?? "" });
    expect(newest).toMatchObject({ bodies: ["12"], previousCursor: null });
    expect(await page({ around: idOf(12) })).toMatchObject({ bodies: ["12", "11"], previousCursor: null });
    expect(await page({ around: idOf(1) })).toMatchObject({ bodies: ["3", "2", "1"], nextCursor: null });
    expect(await page({}), "the newest page has nothing newer").toMatchObject({ previousCursor: null });
    expect(await refusal(page({ around: randomUUID() }))).toBe("not_found");
    const stranger = await desk.person();
    expect(await refusal(listMessages(stranger, { conversationId, around: idOf(5) }))).toBe("not_found");
    const both = { conversationId, cursor: middle.nextCursor, around: idOf(5) };
    expect(listMessagesInput.safeParse(both).success).toBe(false);
  });

  test("a name that changes changes in the list, with each of our senders", async () => {
    const second = `whatsapp:+1415558${String(++counter).padStart(4, "0")}`;
    await hear("one");
    expect((await only()).contact.name).toBeNull();
    await hear("two", PHONE, { ProfileName: "Ada" });
    expect((await only()).contact.name).toBe("Ada");
    await hear("three", PHONE, { ProfileName: "Ada", To: second });
    expect((await list()).map(({ contact }) => contact.name)).toEqual(["Ada", "Ada"]);
    await hear("four", PHONE, { ProfileName: "Ada Lovelace" });
    expect((await list()).map(({ contact }) => contact.name)).toEqual(["Ada Lovelace", "Ada Lovelace"]);
    expect(await list({ search: "lovel" })).toHaveLength(2);
  });

  test("a search goes as far back as it must to fill a page, and misses none on the way", async () => {
    const count = 60;
    await desk.store.query(MANY_CONVERSATIONS, [
      receiver.organizationNo,
      receiver.no,
      sender,
      count,
      new Date(Date.now() - 3_600_000).toISOString(),
    ]);
    await desk.store.query(SAID_NOW_AND_THEN, [receiver.organizationNo, receiver.no, 4_096, "zeppelin"]);
    await buildSearchIndex(desk.store);
    const all = [];
    let cursor: string | undefined;
    do {
      const page = await listConversations(ctx, { filter: "all", search: "zeppelin", limit: 20, cursor });
      expect(page.items.length).toBe(20);
      all.push(...page.items.map(({ contact }) => contact.name));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const newestFirst = await desk.store.query<{ name: string }>(
      `select k.name from messages m join conversations c on c.id = m.conversation_id join contacts k on k.id = c.contact_id
       where m.body = $1 order by m.id desc`,
      ["zeppelin"],
    );
    expect(newestFirst).toHaveLength(count);
    expect(all).toEqual(newestFirst.map(({ name }) => name));
  });

  test("what is unread is found, however many conversations were read since", async () => {
    const old = new Date(Date.now() - 3_600_000).toISOString();
    const count = 1_500;
    await desk.store.query(MANY_CONVERSATIONS, [receiver.organizationNo, receiver.no, sender, count, old]);
    await desk.store.query(READ_BUT_EACH, [receiver.organizationNo, ctx.actor.userId, 700]);
    const unread = async () => (await list({ filter: "unread" })).map(({ contact }) => contact.name);
    const mark = () =>
      desk.store.query("select message_id from inbox_marks where user_id = $1", [ctx.actor.userId]);
    const missed = ["Person 1400", "Person 700"];
    expect(await unread()).toEqual(missed);
    expect(await mark()).toEqual([]);

    await hear("I am new", "whatsapp:+4917");
    const [first] = await list();
    await markRead(ctx, { conversationId: first?.id ?? "" });
    expect(await mark(), "the mark has moved").toHaveLength(1);
    expect(await unread()).toEqual(missed);
    expect(await countUnread(ctx)).toMatchObject({ count: 2 });

    const [, forgotten] = await list({ filter: "unread" });
    await hear("Still there?", forgotten?.contact.address, { ProfileName: "Person 700" });
    expect(await unread(), "it is the newest now").toEqual(["Person 700", "Person 1400"]);
    const page = await listConversations(ctx, { filter: "unread", limit: 1 });
    const next = await listConversations(ctx, { filter: "unread", limit: 1, cursor: page.nextCursor ?? "" });
    expect([...page.items, ...next.items].map(({ contact }) => contact.name)).toEqual([
      "Person 700",
      "Person 1400",
    ]);
    for (const { id } of await list({ filter: "unread" })) {
      await markRead(ctx, { conversationId: id });
      await markRead(ctx, { conversationId: id });
    }
    expect(await unread()).toEqual([]);
    expect(await countUnread(ctx)).toMatchObject({ count: 0 });
    const other = await desk.person("member", ctx.organizationId);
    expect((await countUnread(other)).count, "somebody else has read nothing").toBe(100);
  });

  test("another organisation sees nothing of it", async () => {
    await hear("private");
    const { id } = await only();
    const other = await desk.person();
    expect(await list({ filter: "all" }, other)).toEqual([]);
    for (const act of [listMessages, getConversation, markRead, resolveConversation])
      expect(await refusal(act(other, { conversationId: id }))).toBe("not_found");
    expect(await refusal(sendMessage(other, { conversationId: id, clientKey: "12345678", body: "x" }))).toBe(
      "not_found",
    );
  });

  test("changes tell which conversation, to its organisation only", async () => {
    const end = new AbortController();
    const heard: string[] = [];
    const listening = (async () => {
      for await (const { conversationIds } of subscribeToConversationChanges(ctx, end.signal))
        heard.push(...(conversationIds ?? []));
    })();
    await hear("first");
    await hear("second");
    const { id } = await only();
    await expect.poll(() => heard.length).toBeGreaterThanOrEqual(2);
    end.abort();
    await listening;
    expect(new Set(heard)).toEqual(new Set([id]));
  });

  test("no message is left over", async () => {
    const rows = await ctx.installation.db
      .select()
      .from(messages)
      .leftJoin(outgoingMessages, eq(outgoingMessages.messageId, messages.id))
      .where(eq(messages.isIncoming, false));
    expect(rows.every((row) => row.outgoing_messages !== null)).toBe(true);
  });
});

/** Adds one message to each conversation. The ids of consecutive messages are $3 apart. */
const SAID_NOW_AND_THEN = `
  with said as (
    insert into messages (id, organization_no, connection_no, conversation_id, is_incoming, kind, status, at, body)
    select s.last_value + place * $3::int, $1::int, $2::int, conversation_id, true, 1, 0, now(), $4::text
    from twilio_whatsapp_webhook_events_id_seq s, (select conversation_id, row_number() over (order by conversation_id) as place
      from conversation_activity where organization_no = $1::int) a
    returning id
  )
  select setval('twilio_whatsapp_webhook_events_id_seq', max(id)) from said`;

/** Adds $4 conversations with one incoming message each, for organisation $1 and connection $2 with the sender $3. */
const MANY_CONVERSATIONS = `
  with people as (
    insert into contacts (organization_no, name) select $1::int, 'Person ' || n from generate_series(1, $4::int) n returning id, name
  ), identities as (
    insert into contact_identities (organization_no, address, contact_id)
    select $1::int, 'whatsapp:+1' || id, id from people
  ), talks as (
    insert into conversations (public_id, organization_no, connection_no, ours, contact_id, address)
    select gen_random_uuid(), $1::int, $2::int, $3, id, 'whatsapp:+1' || id from people returning id
  )
  insert into conversation_activity (conversation_id, organization_no, last_message_id, last_at, last_incoming_at, last_incoming_id, incoming)
  select id, $1::int, message, $5::timestamptz, $5::timestamptz, message, 1
  from (select id, nextval('twilio_whatsapp_webhook_events_id_seq') as message from talks order by id) t`;

/** User $2 has read every conversation except each $3rd. */
const READ_BUT_EACH = `
  insert into conversation_reads (user_id, conversation_id, incoming)
  select $2::uuid, a.conversation_id, 1 from conversation_activity a
  join conversations c on c.id = a.conversation_id join contacts k on k.id = c.contact_id
  where a.organization_no = $1::int and substr(k.name, 8)::int % $3::int <> 0`;
