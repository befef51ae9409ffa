import { outgoingMessages } from "@waystation/db/schema/inbox";
import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { createMessageSender } from "./sending/outbox.ts";
import { createTestInbox, messageNumber } from "./testing.ts";

const PHONE = "whatsapp:+4915112345678";
const UNKNOWN_UUID = "00000000-0000-4000-8000-000000000000";

test.for(testDatabases)(
  "%s: a status callback that another organisation signed changes no message of ours",
  async (kind) => {
    await using store = await createTestStore(kind);
    const shared = { ...store, [Symbol.asyncDispose]: async () => {} };
    await using ours = await createTestInbox(shared);
    await using theirs = await createTestInbox(shared);
    await ours.hear(PHONE, "Hello");
    await theirs.hear(PHONE, "Hello");
    const outbox = createMessageSender({ ...ours.desk.platform, jobs: ours.ctx.jobs });
    const sent = await ours.say(PHONE, "Sent");
    await outbox.send(messageNumber(ours.ctx, sent.id), 0);
    const queued = await ours.say(PHONE, "Not sent yet");
    const publicIdOf = async ({ id }: { id: string }) => {
      const [row] = await store.db
        .select({ publicId: outgoingMessages.publicId })
        .from(outgoingMessages)
        .where(eq(outgoingMessages.messageId, messageNumber(ours.ctx, id)));
      return row?.publicId ?? "";
    };
    const before = await ours.thread(PHONE);
    const [, named] = before;
    expect(named?.twilioSid).toMatch(/^[SM]M/);
    const status = (MessageSid: string, MessageStatus = "read") => ({
      MessageSid,
      MessageStatus,
      From: theirs.ours,
      To: PHONE,
    });
    const sid = named?.twilioSid ?? "";
    // With our message's SID; with that SID and an unknown path; with the path of our message without a SID; with the path of
    // the other message.
    await theirs.callBack("", status(sid, "delivered"));
    await theirs.callBack(UNKNOWN_UUID, status(sid));
    await theirs.callBack(await publicIdOf(queued), status(`SM${"a".repeat(32)}`));
    await theirs.callBack(await publicIdOf(sent), status(`SM${"b".repeat(32)}`));
    expect(await ours.thread(PHONE)).toEqual(before);
    // The same callback from our own account changes the status.
    await ours.callBack("", { ...status(sid), From: ours.ours });
    expect((await ours.thread(PHONE))[1]?.status).toBe("read");
  },
);
