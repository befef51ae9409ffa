import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { RetryLaterError } from "@waystation/core/jobs/worker";
import { outgoingMessages } from "@waystation/db/schema/inbox";
import { testDatabases } from "@waystation/db/testing/databases";
import { CREATE_ERROR_ENDINGS, recipientWithEnding } from "@waystation/twilio-simulator/sentinels";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { disconnectSender } from "../../connections/disconnect.ts";
import { TooManyRequestsError } from "../../twilio/http.ts";
import { createTestInbox, messageNumber } from "../testing.ts";
import { createMessageSender } from "./outbox.ts";

const PHONE = "whatsapp:+4915112345678";

type Inbox = Awaited<ReturnType<typeof createTestInbox>>;

async function age({ ctx }: Inbox, messageId: string, minutes: number): Promise<void> {
  await ctx.installation.db
    .update(outgoingMessages)
    .set({ handedOverAt: sql`now() - make_interval(mins => ${minutes}::int)` })
    .where(eq(outgoingMessages.messageId, messageNumber(ctx, messageId)));
}

async function stateOf({ ctx }: Inbox, messageId: string) {
  const [row] = await ctx.installation.db
    .select()
    .from(outgoingMessages)
    .where(eq(outgoingMessages.messageId, messageNumber(ctx, messageId)));
  return row?.state;
}

/** A Twilio stub that responds with `answer`. */
async function startTwilio(answer: RequestListener) {
  let calls = 0;
  const server = createServer((req, res) => {
    calls += 1;
    answer(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const json =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, { "Content-Type": "application/json", ...headers }).end(body);

test.for(testDatabases)("%s: the same words twice, of which only the second was made", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const { desk, ctx } = inbox;
  const lost = recipientWithEnding(CREATE_ERROR_ENDINGS.reset);
  await inbox.hear(lost, "Hello");
  const [first, second] = [await inbox.say(lost, "ok"), await inbox.say(lost, "ok")];
  const outbox = createMessageSender({ ...desk.platform, jobs: ctx.jobs });
  await outbox.send(messageNumber(inbox.ctx, first.id), 0);
  expect(await stateOf(inbox, first.id)).toBe("uncertain");

  // The second message is being sent, and Twilio has it already.
  const login = Buffer.from(`${inbox.account.sid}:${inbox.account.token}`).toString("base64");
  const list = JSON.stringify({
    messages: [{ sid: `SM${"e".repeat(32)}`, body: "ok", direction: "outbound-api", date_created: now() }],
    page_size: 50,
  });
  await using twilio = await startTwilio((req, res) => {
    expect(req.headers.authorization).toBe(`Basic ${login}`);
    json(200, list)(req, res);
  });
  const atTwilio = createMessageSender({ ...desk.platform, jobs: ctx.jobs, simulatorUrl: twilio.url });
  await ctx.installation.db
    .update(outgoingMessages)
    .set({ state: "sending", handedOverAt: sql`now()` })
    .where(eq(outgoingMessages.messageId, messageNumber(inbox.ctx, second.id)));
  await expect(atTwilio.settle(messageNumber(inbox.ctx, first.id))).rejects.toThrow(RetryLaterError);

  // The process dies before it stores the response. Two messages wait for one SID, and only their callbacks can name its
  // message.
  await atTwilio.send(messageNumber(inbox.ctx, second.id), 1);
  expect(await stateOf(inbox, second.id)).toBe("uncertain");
  for (const { id } of [first, second])
    await expect(atTwilio.settle(messageNumber(inbox.ctx, id))).rejects.toThrow(RetryLaterError);
  const [outgoing] = await ctx.installation.db
    .select()
    .from(outgoingMessages)
    .where(eq(outgoingMessages.messageId, messageNumber(inbox.ctx, second.id)));
  await inbox.callBack(outgoing?.publicId ?? "", {
    MessageSid: `SM${"e".repeat(32)}`,
    MessageStatus: "sent",
    From: inbox.ours,
    To: lost,
  });
  await atTwilio.settle(messageNumber(inbox.ctx, second.id));
  await expect(atTwilio.settle(messageNumber(inbox.ctx, first.id))).rejects.toThrow(RetryLaterError);
  await age(inbox, first.id, 6);
  await atTwilio.settle(messageNumber(inbox.ctx, first.id));
  expect([await stateOf(inbox, first.id), await stateOf(inbox, second.id)]).toEqual(["failed", "sent"]);
});

const now = () => new Date().toUTCString().replace("GMT", "+0000");

test.for(testDatabases)("%s: the same words twice, both made: each has a SID of its own", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const lost = recipientWithEnding(CREATE_ERROR_ENDINGS.acceptedThenReset);
  await inbox.hear(lost, "Hello");
  const sayings = [await inbox.say(lost, "ok"), await inbox.say(lost, "ok")];
  const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs });
  for (const { id } of sayings) await outbox.send(messageNumber(inbox.ctx, id), 0);
  for (const { id } of sayings.toReversed()) await outbox.settle(messageNumber(inbox.ctx, id));
  const answers = (await inbox.thread(lost)).filter((message) => message.direction === "out");
  expect(new Set(answers.map((message) => message.twilioSid))).toEqual(
    new Set(inbox.atTwilio().map((message) => message.sid)),
  );
  expect(answers.length).toBe(2);
});

test.for(testDatabases)(
  "%s: what somebody else sent in the same words long after is not ours",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    const lost = recipientWithEnding(CREATE_ERROR_ENDINGS.acceptedThenReset);
    await inbox.hear(lost, "Hello");
    const { id } = await inbox.say(lost, "ok");
    const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs });
    await outbox.send(messageNumber(inbox.ctx, id), 0);
    await age(inbox, id, 6);
    await outbox.settle(messageNumber(inbox.ctx, id));
    expect(await stateOf(inbox, id)).toBe("failed");
  },
);

test.for(testDatabases)(
  "%s: answers that Twilio does not give leave it uncertain, and are called for once",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    await inbox.hear(PHONE, "Hello");
    const elsewhere: string[] = [];
    await using other = await startTwilio((req, res) => {
      elsewhere.push(req.headers.authorization ?? "");
      json(201, "{}")(req, res);
    });
    const answers: RequestListener[] = [
      (_req, res) => void res.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Maintenance</h1>"),
      json(201, '{"sid": "SM12'),
      json(201, '{"sid": 17, "date_created": {}, "status": []}'),
      json(201, "null"),
      json(201, "[]"),
      json(201, '{"body": "no sid"}'),
      json(307, "", { Location: `${other.url}/2010-04-01/Accounts` }),
      json(302, "", { Location: `${other.url}/2010-04-01/Accounts` }),
      json(500, '{"code": 20500}'),
      json(503, "<html>"),
      (_req, res) => void res.writeHead(201).end(Buffer.alloc(5 * 1024 * 1024, " ")),
      (req) => void req.socket.resetAndDestroy(),
      (_req, res) => {
        res.writeHead(201, { "Content-Length": "500" });
        res.write('{"sid": "SM');
        setTimeout(() => res.destroy(), 20);
      },
    ];
    for (const answer of answers) {
      await using twilio = await startTwilio(answer);
      const outbox = createMessageSender({
        ...inbox.desk.platform,
        jobs: inbox.ctx.jobs,
        simulatorUrl: twilio.url,
      });
      const { id } = await inbox.say(PHONE, "Good morning");
      await outbox.send(messageNumber(inbox.ctx, id), 0);
      await outbox.send(messageNumber(inbox.ctx, id), 1);
      expect([await stateOf(inbox, id), twilio.calls()], String(answer)).toEqual(["uncertain", 1]);
    }
    expect(elsewhere).toEqual([]);
  },
);

test.for(testDatabases)(
  "%s: what Twilio did not process waits as long as Twilio says, and not for ever",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    await inbox.hear(PHONE, "Hello");
    const busy = '{"code": 20429, "status": 429}';
    await using twilio = await startTwilio(json(429, busy, { "Retry-After": "7" }));
    const create = () =>
      createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs, simulatorUrl: twilio.url });
    const outbox = create();
    const { id } = await inbox.say(PHONE, "Good morning");
    await expect(outbox.send(messageNumber(inbox.ctx, id), 0)).rejects.toMatchObject({
      name: "RetryLaterError",
      pauseMs: 7_000,
    });
    expect(await stateOf(inbox, id)).toBe("queued");
    await expect(outbox.send(messageNumber(inbox.ctx, id), 1), "nor is it asked sooner").rejects.toThrow(
      RetryLaterError,
    );
    expect(twilio.calls()).toBe(1);
    await create().send(messageNumber(inbox.ctx, id), 1_000);
    expect((await inbox.thread(PHONE))[0]).toMatchObject({ status: "failed", errorCode: 20429 });

    const closed = twilio.url;
    await twilio[Symbol.asyncDispose]();
    const nobody = createMessageSender({
      ...inbox.desk.platform,
      jobs: inbox.ctx.jobs,
      simulatorUrl: closed,
    });
    const later = await inbox.say(PHONE, "Good evening");
    await expect(nobody.send(messageNumber(inbox.ctx, later.id), 0)).rejects.toThrow(RetryLaterError);
    expect(await stateOf(inbox, later.id)).toBe("queued");
    await create().send(messageNumber(inbox.ctx, later.id), 1_000);
    expect(await stateOf(inbox, later.id)).toBe("failed");
  },
);

test.for(testDatabases)(
  "%s: a database that cannot be reached is not taken for a Twilio that was not",
  async (kind) => {
    await using inbox = await createTestInbox(kind);
    await inbox.hear(PHONE, "Hello");
    const { id } = await inbox.say(PHONE, "once");
    const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs }, (stage) => {
      if (stage === "answered") throw refused;
    });
    await expect(outbox.send(messageNumber(inbox.ctx, id), 0)).rejects.toBe(refused);
    await outbox.send(messageNumber(inbox.ctx, id), 1);
    expect([await stateOf(inbox, id), inbox.atTwilio().length]).toEqual(["uncertain", 1]);
    await outbox.settle(messageNumber(inbox.ctx, id));
    expect(await stateOf(inbox, id)).toBe("sent");
  },
);

test.for(testDatabases)("%s: where Twilio cannot be asked, nobody claims to know", async (kind) => {
  await using inbox = await createTestInbox(kind);
  const lost = recipientWithEnding(CREATE_ERROR_ENDINGS.acceptedThenReset);
  await inbox.hear(lost, "Hello");
  const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs });
  await using forbidding = await startTwilio(json(401, '{"code": 70051, "status": 401}'));
  const refused = createMessageSender({
    ...inbox.desk.platform,
    jobs: inbox.ctx.jobs,
    simulatorUrl: forbidding.url,
  });
  const [first, second] = [await inbox.say(lost, "one"), await inbox.say(lost, "two")];
  for (const { id } of [first, second]) await outbox.send(messageNumber(inbox.ctx, id), 0);
  await expect(refused.settle(messageNumber(inbox.ctx, first.id))).rejects.toThrow(RetryLaterError);
  await age(inbox, first.id, 6);
  await refused.settle(messageNumber(inbox.ctx, first.id));
  await disconnectSender(inbox.ctx, { connectionId: inbox.connectionId });
  await expect(outbox.settle(messageNumber(inbox.ctx, second.id))).rejects.toThrow(RetryLaterError);
  await age(inbox, second.id, 6);
  await outbox.settle(messageNumber(inbox.ctx, second.id));
  const problems = (await inbox.thread(lost)).slice(0, 2).map(({ status, problem }) => [status, problem]);
  expect(problems).toEqual([
    ["failed", expect.stringContaining("disconnected before Twilio could be asked. It may have arrived")],
    ["failed", expect.stringContaining("does not let these credentials look it up. It may have arrived")],
  ]);
});

test.for(testDatabases)("%s: the sandbox is given one message every three seconds", async (kind) => {
  await using inbox = await createTestInbox(kind, "whatsapp:+14155238886");
  await inbox.hear(PHONE, "Hello");
  const [first, second] = [await inbox.say(PHONE, "one"), await inbox.say(PHONE, "two")];
  const outbox = createMessageSender({ ...inbox.desk.platform, jobs: inbox.ctx.jobs });
  await outbox.send(messageNumber(inbox.ctx, first.id), 0);
  const error: unknown = await outbox
    .send(messageNumber(inbox.ctx, second.id), 0)
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RetryLaterError);
  expect((error as RetryLaterError).pauseMs).toBeLessThanOrEqual(3_000);
  expect([await stateOf(inbox, first.id), await stateOf(inbox, second.id)]).toEqual(["sent", "queued"]);
  expect(inbox.atTwilio()).toHaveLength(1);
});

test.each([
  ["7", 7_000],
  ["0", 0],
  ["100000", 600_000],
  ["soon", null],
  [null, null],
])("Retry-After %s", (header, expected) => {
  expect(new TooManyRequestsError("{}", header).retryAfterMs).toBe(expected);
});
