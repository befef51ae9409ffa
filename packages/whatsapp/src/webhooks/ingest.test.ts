import type { Context } from "@waystation/core/context";
import {
  contactIdentities,
  contacts,
  conversationActivity,
  conversations,
  messages,
  outgoingMessages,
} from "@waystation/db/schema/inbox";
import { webhookEvents } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { asc, eq, sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { connectTwilioSender } from "../connections/connect.ts";
import { connectInput } from "../connections/inputs.ts";
import { listEvents } from "../events/list-events.ts";
import { createTestInstallation, type TestInstallation } from "../testing.ts";
import { connectionsOfAccount, type WebhookConnection } from "./connection-cache.ts";
import { rawStatusOf, statusCodeOf } from "./content/event-status.ts";
import type { FormPairs } from "./form-body.ts";
import { createWebhookIngest, type IngestStats, type WebhookIngest } from "./ingest.ts";
import { parseWebhook } from "./parse-webhook.ts";
import { rebuildProjection, retryUnprojected } from "./rebuild.ts";
import { verifiedWebhookOf } from "./webhook-record.ts";

const PHONE = "whatsapp:+4915112345678";
const BSUID = "whatsapp:DE.Abc123";
let counter = 0;
const nextSid = () => `SM${(++counter).toString(16).padStart(32, "0")}`;

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestInstallation;
  let ingest: WebhookIngest;
  let ctx: Context;
  let receiver: WebhookConnection;
  let sender: string;
  const unprojected: unknown[] = [];
  const stats: IngestStats = {
    onBatch: () => {},
    onRetry: () => {},
    onUnprojected: (error) => unprojected.push(error),
  };

  beforeAll(async () => {
    desk = await createTestInstallation(kind);
    ingest = createWebhookIngest(desk.store, desk.platform.feed, stats);
  });
  afterAll(() => desk[Symbol.asyncDispose]());

  async function newReceiver(person?: Context) {
    sender = `whatsapp:+1415559${String(++counter).padStart(4, "0")}`;
    const account = desk.simulator.createAccount({ senders: [sender] });
    ctx = person ?? (await desk.person());
    await connectTwilioSender(
      ctx,
      connectInput.parse({ mode: "test", accountSid: account.sid, authToken: account.token, sender }),
    );
    const [found] = await connectionsOfAccount(ctx.installation.db, ctx.keyring, account.sid);
    if (!found) throw new Error("The connection has no receiver");
    return found;
  }
  beforeEach(async () => {
    receiver = await newReceiver();
  });

  function add(
    params: Record<string, string>,
    more: { to?: WebhookConnection; messageId?: string; via?: WebhookIngest } = {},
  ) {
    const pairs: FormPairs = Object.entries({ AccountSid: `AC${"a".repeat(32)}`, ...params });
    const body = Buffer.from(new URLSearchParams(pairs).toString());
    const webhook = parseWebhook(pairs, body, more.messageId !== undefined);
    if (!webhook) throw new Error("Not a webhook");
    const messageId = more.messageId ?? null;
    return (more.via ?? ingest).add(
      verifiedWebhookOf(more.to ?? receiver, webhook, { body, messageId, outcome: "stored" }),
    );
  }
  const write = (body: string, more: Record<string, string> = {}) =>
    add({ MessageSid: nextSid(), From: PHONE, To: sender, Body: body, SmsStatus: "received", ...more });

  const inbox = () =>
    ctx.installation.db
      .select({
        address: conversations.address,
        ours: conversations.ours,
        contactId: contacts.id,
        name: contacts.name,
        incoming: conversationActivity.incoming,
        preview: conversationActivity.preview,
        lastMessageId: conversationActivity.lastMessageId,
        conversationId: conversations.id,
      })
      .from(conversations)
      .innerJoin(contacts, eq(contacts.id, conversations.contactId))
      .innerJoin(conversationActivity, eq(conversationActivity.conversationId, conversations.id))
      .where(eq(conversations.connectionNo, receiver.no))
      .orderBy(asc(conversations.id));
  const thread = () =>
    ctx.installation.db
      .select()
      .from(messages)
      .where(eq(messages.connectionNo, receiver.no))
      .orderBy(asc(messages.id));

  test("a first message makes a contact, a conversation and a message", async () => {
    await write("Hello", { ProfileName: "Anna" });
    expect(await inbox()).toMatchObject([
      { address: PHONE, ours: sender, name: "Anna", incoming: 1, preview: "Hello" },
    ]);
    expect(await thread()).toMatchObject([{ isIncoming: true, body: "Hello", status: 0 }]);
  });

  test("more of them, in one batch and after it, go on in the order of arrival, and repeats count once", async () => {
    const params = { MessageSid: nextSid(), From: PHONE, To: sender, Body: "zero", SmsStatus: "received" };
    await Promise.all([add(params), write("one"), add(params), write("two"), write("three")]);
    await Promise.all([add(params), write("four")]);
    expect((await thread()).map((message) => message.body)).toEqual(["zero", "one", "two", "three", "four"]);
    const [conversation, ...others] = await inbox();
    expect([conversation?.incoming, conversation?.preview, others.length]).toEqual([5, "four", 0]);
  });

  test("a changed profile name is taken over, a missing one is not", async () => {
    await write("a", { ProfileName: "Anna" });
    await write("b", { ProfileName: "Anna Smith" });
    await write("c");
    expect((await inbox()).map((row) => row.name)).toEqual(["Anna Smith"]);
  });

  test("what changes back and forth ends as it was said last, whichever of two servers heard it", async () => {
    const second = createWebhookIngest(desk.store, desk.platform.feed, stats);
    const both = { ExternalUserId: BSUID };
    const say = (via: WebhookIngest, name: string, from = PHONE) =>
      add({ MessageSid: nextSid(), From: from, To: sender, Body: "x", ProfileName: name, ...both }, { via });
    for (const [via, name, from] of [
      [ingest, "Anna", PHONE],
      [ingest, "Anna", PHONE],
      [second, "Anne", BSUID],
      [ingest, "Anna", PHONE],
      [second, "Anne", BSUID],
      [second, "Anna", BSUID],
      [ingest, "Anne", PHONE],
    ] as const) {
      await say(via, name, from);
      expect(await inbox()).toMatchObject([{ name, address: from }]);
    }
    await Promise.all([say(ingest, "Annabel", BSUID), say(ingest, "Anna"), say(ingest, "Ann", BSUID)]);
    expect(await inbox()).toMatchObject([{ name: "Ann", address: BSUID, incoming: 10 }]);
  });

  test("many strangers at once each have a conversation, and their messages the order of arrival", async () => {
    const froms = Array.from({ length: 60 }, (_, index) => `whatsapp:+49157700${10 + (index % 20)}`);
    await Promise.all(froms.map((From, index) => write(String(index), { From, ProfileName: From })));
    const rows = await inbox();
    expect(rows.map((row) => [row.name, row.incoming])).toEqual(froms.slice(0, 20).map((from) => [from, 3]));
    expect((await thread()).map(({ body }) => body)).toEqual(froms.map((_, index) => String(index)));
  });

  describe("one person under two addresses", () => {
    test("is one contact once Twilio has named both", async () => {
      await write("by phone", { ExternalUserId: "DE.Abc123" });
      await write("without phone", { From: BSUID });
      const rows = await inbox();
      expect([rows.length, rows[0]?.incoming, rows[0]?.address]).toEqual([1, 2, BSUID]);
      const identities = await ctx.installation.db
        .select()
        .from(contactIdentities)
        .where(eq(contactIdentities.contactId, rows[0]?.contactId ?? 0));
      expect(identities.map((identity) => identity.address).sort()).toEqual([PHONE, BSUID].sort());
    });
    test("also when both come in one batch, or the second address is known first", async () => {
      await Promise.all([
        write("by phone", { ExternalUserId: BSUID }),
        write("without phone", { From: BSUID }),
      ]);
      expect((await inbox()).map((row) => row.incoming)).toEqual([2]);
      receiver = await newReceiver();
      await write("without phone", { From: BSUID });
      await write("by phone", { ExternalUserId: BSUID });
      expect((await inbox()).map((row) => row.incoming)).toEqual([2]);
    });
  });

  test("organisations do not share contacts", async () => {
    await write("to one", { ProfileName: "Anna" });
    const [first] = await inbox();
    receiver = await newReceiver();
    await write("to another", { ProfileName: "Anna" });
    const [second] = await inbox();
    expect(second?.contactId).not.toBe(first?.contactId);
  });

  test("one organisation's two senders share the contact and not the conversation", async () => {
    await write("to one");
    const [first] = await inbox();
    receiver = await newReceiver(ctx);
    await write("to another");
    const [second] = await inbox();
    expect([
      second?.contactId === first?.contactId,
      second?.conversationId === first?.conversationId,
    ]).toEqual([true, false]);
  });

  test("no message is dropped for its shape", async () => {
    const shapes: Record<string, string>[] = [
      { NumMedia: "1", MediaUrl0: "https://api.twilio.com/x", MediaContentType0: "image/jpeg", Body: "" },
      { MessageType: "location", Latitude: "1.5", Longitude: "2.5", Address: "Pier 1", Body: "" },
      { MessageType: "hologram" },
      { Body: "a\u0000b\ud800c" },
      { Body: "x".repeat(1_600), ProfileName: "y".repeat(5_000) },
      { From: "whatsapp:US.ABC" },
      { From: "messenger:123" },
    ];
    for (const shape of shapes) await write("words", shape);
    expect((await thread()).length).toBe(shapes.length);
    expect(unprojected).toEqual([]);
  });

  async function outgoing(sid: string | null) {
    await write("Hello");
    const [conversation] = await inbox();
    const publicId = uuidv7();
    const [row] = await ctx.installation.db
      .insert(messages)
      .values({
        id: sql`nextval('twilio_whatsapp_webhook_events_id_seq')`,
        organizationNo: receiver.organizationNo,
        connectionNo: receiver.no,
        conversationId: conversation?.conversationId ?? 0,
        sid: sid?.slice(2),
        isIncoming: false,
        kind: 1,
        status: 0,
        at: sql`now()`,
        body: "Our words",
      })
      .returning();
    await ctx.installation.db
      .update(conversationActivity)
      .set({
        lastMessageId: row?.id ?? 0,
        // With microseconds, which a Date cannot hold.
        lastAt: sql`(select ${messages.at} from ${messages} where ${messages.id} = ${row?.id ?? 0})`,
        preview: "Our words",
      })
      .where(eq(conversationActivity.conversationId, conversation?.conversationId ?? 0));
    await ctx.installation.db.insert(outgoingMessages).values({
      messageId: row?.id ?? 0,
      publicId,
      organizationNo: receiver.organizationNo,
      clientKey: publicId,
    });
    return { id: row?.id ?? 0, publicId };
  }
  const fate = async (id: number) => {
    const [row] = await ctx.installation.db.select().from(messages).where(eq(messages.id, id));
    return [rawStatusOf(row?.status ?? 0), row?.errorCode];
  };

  test("every order of six statuses ends the same, one by one and in batches", async () => {
    const words = ["queued", "sending", "sent", "delivered", "read", "accepted"];
    for (const [index, order] of permutations(words).entries()) {
      if (index % 24 !== 0) continue;
      const sid = nextSid();
      const { id } = await outgoing(sid);
      for (const word of order) await add({ MessageSid: sid, MessageStatus: word, From: sender, To: PHONE });
      expect(await fate(id)).toEqual(["read", null]);
    }
    const all = await Promise.all(
      permutations(words.slice(1)).map(async (order) => {
        const sid = nextSid();
        return { sid, order, id: 0 };
      }),
    );
    for (const one of all) one.id = (await outgoing(one.sid)).id;
    await Promise.all(
      all.flatMap(({ sid, order }) =>
        order.map((word) => add({ MessageSid: sid, MessageStatus: word, From: sender, To: PHONE })),
      ),
    );
    for (const { id } of all) expect(await fate(id)).toEqual(["read", null]);
  });

  test("a failure keeps its code, and nothing takes it back", async () => {
    const sid = nextSid();
    const { id } = await outgoing(sid);
    await add({ MessageSid: sid, MessageStatus: "sent", From: sender, To: PHONE });
    await add({ MessageSid: sid, MessageStatus: "undelivered", ErrorCode: "63016", From: sender, To: PHONE });
    await add({ MessageSid: sid, MessageStatus: "delivered", From: sender, To: PHONE });
    expect(await fate(id)).toEqual(["undelivered", 63016]);
  });

  test("a callback by the message's own URL reaches it before Twilio's answer has", async () => {
    const sid = nextSid();
    const { id, publicId } = await outgoing(null);
    await add({ MessageSid: sid, MessageStatus: "sent", From: sender, To: PHONE }, { messageId: publicId });
    expect(await fate(id)).toEqual(["sent", null]);
    await add({ MessageSid: sid, MessageStatus: "delivered", From: sender, To: PHONE });
    expect(await fate(id)).toEqual(["delivered", null]);
  });

  test("another account's callback for our message changes nothing of ours", async () => {
    const sid = nextSid();
    const { id, publicId } = await outgoing(sid);
    const ours = receiver;
    const theirs = await newReceiver();
    await add({ MessageSid: sid, MessageStatus: "failed", From: sender, To: PHONE }, { to: theirs });
    await add(
      { MessageSid: nextSid(), MessageStatus: "failed", From: sender, To: PHONE },
      { to: theirs, messageId: publicId },
    );
    receiver = ours;
    expect(await fate(id)).toEqual([null, null]);
  });

  test("a storm of repeats over two ingests stores each once", async () => {
    const second = createWebhookIngest(desk.store, desk.platform.feed, stats);
    const sent = Array.from({ length: 200 }, (_, index) => ({
      MessageSid: nextSid(),
      From: `whatsapp:+4915100000${String(index % 40).padStart(3, "0")}`,
      To: sender,
      Body: `storm ${index}`,
      SmsStatus: "received",
    }));
    const copies = Array.from({ length: 10 }, () => sent)
      .flat()
      .sort(() => Math.random() - 0.5);
    await Promise.all(copies.map((params, index) => add(params, { via: index % 2 ? second : ingest })));
    const rows = await inbox();
    expect([rows.length, rows.reduce((sum, row) => sum + row.incoming, 0), (await thread()).length]).toEqual([
      40, 200, 200,
    ]);
    const events = await desk.store.query(
      "select count(*)::int as stored from twilio_whatsapp_webhook_events where connection_no = $1",
      [receiver.no],
    );
    expect(events).toEqual([{ stored: 200 }]);
    const last = await ctx.installation.db
      .select({ conversationId: messages.conversationId, id: sql<number>`max(${messages.id})::float8` })
      .from(messages)
      .where(eq(messages.connectionNo, receiver.no))
      .groupBy(messages.conversationId);
    expect(new Map(rows.map((row) => [row.conversationId, row.lastMessageId]))).toEqual(
      new Map(last.map((row) => [row.conversationId, row.id])),
    );
  });

  test("a webhook that the inbox cannot take is kept, marked, shown, and tried again alone", async () => {
    const constraint = `poison_${receiver.no}`;
    await desk.store.query(
      `alter table messages add constraint ${constraint} check (body is distinct from 'poison')`,
      [],
    );
    await Promise.all([write("before"), write("poison"), write("after")]);
    expect((await thread()).map((message) => message.body)).toEqual(["before", "after"]);
    const { items } = await listEvents(ctx, { outcome: "unprojected" });
    expect(items.map((item) => item.body)).toEqual(["poison"]);
    expect(unprojected.length).toBe(1);
    expect(await retryUnprojected(desk.store)).toEqual({ tried: 1, left: 1 });
    await desk.store.query(`alter table messages drop constraint ${constraint}`, []);
    expect(await retryUnprojected(desk.store)).toEqual({ tried: 1, left: 0 });
    expect((await thread()).map((message) => message.body).sort()).toEqual(["after", "before", "poison"]);
    expect((await listEvents(ctx, { outcome: "unprojected" })).items).toEqual([]);
    unprojected.length = 0;
  });

  test("everything is the same after it was rebuilt from the log", async () => {
    for (let index = 0; index < 30; index++)
      await Promise.all([
        write(`number ${index}`, {
          From: `whatsapp:+49151000001${index % 10}`,
          ProfileName: `Name ${index}`,
        }),
        write(`again ${index}`, { From: `whatsapp:+49151000001${index % 10}` }),
      ]);
    const sid = nextSid();
    await outgoing(sid);
    await add({ MessageSid: sid, MessageStatus: "delivered", From: sender, To: PHONE });
    const [done] = await inbox();
    await ctx.installation.db
      .update(conversationActivity)
      .set({ isOpen: false })
      .where(eq(conversationActivity.conversationId, done?.conversationId ?? 0));
    const state = async () => [
      await desk.store.query("select * from messages order by id", []),
      await desk.store.query("select * from conversation_activity order by conversation_id", []),
      await desk.store.query("select * from conversations order by id", []),
    ];
    const before = await state();
    const count = await rebuildProjection(desk.store);
    expect(count).toBe(
      (await ctx.installation.db.select({ id: webhookEvents.id }).from(webhookEvents)).length,
    );
    expect(await state()).toEqual(before);
  });
});

test("the numbers of statuses rise in the order of a message's life", () => {
  const life = ["accepted", "queued", "sending", "sent", "delivered", "read", "undelivered", "failed"];
  const steps = life.map(statusCodeOf);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
});

function permutations(words: string[]): string[][] {
  if (words.length <= 1) return [words];
  return words.flatMap((word, index) =>
    permutations(words.toSpliced(index, 1)).map((rest) => [word, ...rest]),
  );
}
