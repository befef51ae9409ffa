import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { RetryLaterError } from "@waystation/core/jobs/worker";
import { messages, outgoingMessages } from "@waystation/db/schema/inbox";
import { testDatabases } from "@waystation/db/testing/databases";
import { CREATE_ERROR_ENDINGS, recipientWithEnding } from "@waystation/twilio-simulator/sentinels";
import { eq, inArray, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestInbox, messageNumber } from "../testing.ts";
import { createMessageSender } from "./outbox.ts";

type Resource = Record<string, unknown> & { sid: string | null };

const SID = `SM${"d".repeat(32)}`;
const OTHER = `MM${"e".repeat(32)}`;
const LOST = recipientWithEnding(CREATE_ERROR_ENDINGS.reset);
const NEVER = "Twilio never received it. You can send it again.";
const UNCLEAR = "Twilio's list does not show whether it is there. It may have arrived: ask the customer.";

/** Long enough ago that the lookup is the last one. */
const HANDED_OVER = Date.now() - 6 * 60_000;
const dateOf = (at: number) => new Date(at).toUTCString().replace("GMT", "+0000");
const DATE = dateOf(HANDED_OVER);
const EARLIER = dateOf(HANDED_OVER - 60 * 60_000);
/** Twilio's OpenAPI allows null in these fields. */
const nulls = (sid: string | null): Resource => ({
  sid,
  body: null,
  direction: null,
  date_created: null,
  date_sent: null,
  date_updated: null,
});

/** A Twilio stub that lists and returns the given messages. */
async function startTwilio() {
  const twilio = { listed: [] as Resource[], shown: {} as Record<string, Resource>, status: 404, fetches: 0 };
  const server = createServer((req, res) => {
    const [, sid] = /\/Messages\/(\w+)\.json/.exec(req.url ?? "") ?? [];
    if (sid) twilio.fetches += 1;
    const shown = sid ? twilio.shown[sid] : { messages: twilio.listed, page_size: 1_000 };
    res.writeHead(shown ? 200 : twilio.status, { "Content-Type": "application/json" });
    res.end(JSON.stringify(shown ?? { code: 20404, message: "Not found", status: twilio.status }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(twilio, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

const same = { body: "ok", direction: "outbound-api" };
const made = { ...same, date_created: DATE };

describe.each(testDatabases)("on %s", (kind) => {
  let inbox: Awaited<ReturnType<typeof createTestInbox>>;
  beforeAll(async () => {
    inbox = await createTestInbox(kind);
    await inbox.hear(LOST, "Hello");
  });
  afterAll(() => inbox[Symbol.asyncDispose]());

  /** Messages whose calls to Twilio were reset. */
  async function createLostMessages(...bodies: string[]) {
    const { db } = inbox.ctx.installation;
    const platform = { ...inbox.desk.platform, jobs: inbox.ctx.jobs };
    const twilio = await startTwilio();
    const lost: { id: number; publicId: string }[] = [];
    for (const body of bodies) {
      const { id: publicId } = await inbox.say(LOST, body);
      const id = messageNumber(inbox.ctx, publicId);
      await createMessageSender(platform).send(id, 0);
      lost.push({ id, publicId });
    }
    const ids = lost.map(({ id }) => id);
    await db
      .update(outgoingMessages)
      .set({ handedOverAt: new Date(HANDED_OVER) })
      .where(inArray(outgoingMessages.messageId, ids));
    return {
      ids,
      twilio,
      settle: createMessageSender({ ...platform, simulatorUrl: twilio.url }).settle,
      setState: (state: "sending" | "uncertain", id: number) =>
        db.update(outgoingMessages).set({ state }).where(eq(outgoingMessages.messageId, id)),
      async outcomes() {
        const rows = await db.select().from(outgoingMessages);
        const thread = await inbox.thread(LOST);
        return lost.map(({ id, publicId }) => {
          const row = rows.find(({ messageId }) => messageId === id);
          return row?.problem ?? thread.find((one) => one.id === publicId)?.twilioSid ?? row?.state;
        });
      },
      async [Symbol.asyncDispose]() {
        await twilio[Symbol.asyncDispose]();
        // The next test uses the same texts and SIDs.
        await db
          .update(messages)
          .set({ sid: sql`gen_random_uuid()`, body: "settled" })
          .where(inArray(messages.id, ids));
      },
    };
  }

  test.each<[name: string, listed: Resource[], shown: Resource[], outcome: string]>([
    ["with its date", [{ ...nulls(SID), ...made }], [], SID],
    ["without direction", [{ ...nulls(SID), ...made, direction: null }], [], SID],
    ["among messages without SID", [nulls(null), { ...nulls(SID), ...made }], [], SID],
    ["with a date only by itself", [{ ...nulls(SID), ...same }], [{ ...nulls(SID), ...made }], SID],
    [
      "with a text only by itself",
      [{ ...nulls(SID), ...made, body: null }],
      [{ ...nulls(SID), ...made }],
      SID,
    ],
    ["with nothing but by itself", [nulls(SID)], [{ ...nulls(SID), ...made }], SID],
    ["without any date", [{ ...nulls(SID), ...same }], [{ ...nulls(SID), ...same }], UNCLEAR],
    [
      "without any text",
      [{ ...nulls(SID), ...made, body: null }],
      [{ ...nulls(SID), ...made, body: null }],
      UNCLEAR,
    ],
    ["as nothing but a SID", [nulls(SID)], [nulls(SID)], UNCLEAR],
    ["but not by itself", [{ ...nulls(SID), ...same }], [], UNCLEAR],
    [
      "and only when it changed",
      [{ ...nulls(SID), ...same, date_sent: DATE, date_updated: DATE }],
      [],
      UNCLEAR,
    ],
    ["with a date that is none", [{ ...nulls(SID), ...same, date_created: "yesterday" }], [], UNCLEAR],
    ["and older", [{ ...nulls(SID), ...same, date_created: EARLIER }], [], NEVER],
    [
      "and older by itself",
      [{ ...nulls(SID), ...same }],
      [{ ...nulls(SID), ...same, date_created: EARLIER }],
      NEVER,
    ],
    ["in other words by itself", [nulls(SID)], [{ ...nulls(SID), ...made, body: "else" }], NEVER],
    ["from the customer by itself", [nulls(SID)], [{ ...nulls(SID), ...made, direction: "inbound" }], NEVER],
    [
      "besides an old one without date",
      [
        { ...nulls(OTHER), ...same },
        { ...nulls(SID), ...made },
      ],
      [],
      SID,
    ],
    ["not at all", [{ ...nulls(SID), ...made, body: "else" }], [], NEVER],
  ])("a lost message that Twilio lists %s", async (_name, listed, shown, outcome) => {
    await using lost = await createLostMessages("ok");
    lost.twilio.listed = listed;
    lost.twilio.shown = Object.fromEntries(shown.map((one) => [one.sid, one]));
    await lost.settle(lost.ids[0] ?? 0);
    expect(await lost.outcomes()).toEqual([outcome]);
  });

  test("of two equal messages the one with a date is found, and nothing is said of the other", async () => {
    await using lost = await createLostMessages("ok", "ok");
    lost.twilio.listed = [
      { ...nulls(OTHER), ...same },
      { ...nulls(SID), ...made },
    ];
    for (const id of lost.ids) await lost.settle(id);
    expect((await lost.outcomes()).toSorted()).toEqual([SID, UNCLEAR]);
  });

  test("nothing is concluded while an equal message is under way, or Twilio cannot be asked", async () => {
    await using lost = await createLostMessages("ok", "ok");
    const [first = 0, second = 0] = lost.ids;
    lost.twilio.listed = [{ ...nulls(SID), ...made }];
    await lost.setState("sending", second);
    await expect(lost.settle(first)).rejects.toThrow(RetryLaterError);
    await lost.setState("uncertain", second);
    lost.twilio.listed = [{ ...nulls(SID), ...same }];
    for (const status of [429, 500, 503]) {
      lost.twilio.status = status;
      await expect(lost.settle(first), String(status)).rejects.toThrow();
    }
    expect(await lost.outcomes()).toEqual(["uncertain", "uncertain"]);
  });

  test("few of many messages without dates are fetched", async () => {
    await using lost = await createLostMessages("ok");
    lost.twilio.listed = Array.from({ length: 500 }, (_, index) => ({
      ...nulls(`SM${index.toString(16).padStart(32, "0")}`),
      ...same,
    }));
    await lost.settle(lost.ids[0] ?? 0);
    expect([await lost.outcomes(), lost.twilio.fetches]).toEqual([[UNCLEAR], 20]);
  });
});
