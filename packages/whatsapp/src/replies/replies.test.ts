import { auditLog } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { addCannedReplyInput } from "../canned-replies/inputs.ts";
import { listCannedReplies } from "../canned-replies/list-canned-replies.ts";
import { addCannedReply, deleteCannedReply, editCannedReply } from "../canned-replies/save-canned-reply.ts";
import { createTestInstallation } from "../testing.ts";

test.for(testDatabases)(
  "%s: replies are written, changed and deleted, and each has its own shortcut",
  async (kind) => {
    await using desk = await createTestInstallation(kind);
    const ctx = await desk.person();
    const { id } = await addCannedReply(ctx, { shortcut: "thanks", body: "Thank you, {name}" });
    await addCannedReply(ctx, { shortcut: "hours", body: "Ten to four" });
    expect((await listCannedReplies(ctx)).map(({ shortcut }) => shortcut)).toEqual(["hours", "thanks"]);
    const taken = { reason: "shortcut_taken", field: "shortcut" };
    await expect(addCannedReply(ctx, { shortcut: "hours", body: "x" })).rejects.toMatchObject(taken);
    await expect(editCannedReply(ctx, { replyId: id, shortcut: "hours", body: "x" })).rejects.toMatchObject(
      taken,
    );
    await editCannedReply(ctx, { replyId: id, shortcut: "thanks", body: "Thank you" });
    expect(await listCannedReplies(ctx)).toContainEqual({ id, shortcut: "thanks", body: "Thank you" });
    await deleteCannedReply(ctx, { replyId: id });
    expect(await listCannedReplies(ctx)).toHaveLength(1);
    const gone = { reason: "not_found" };
    await expect(deleteCannedReply(ctx, { replyId: id })).rejects.toMatchObject(gone);
    await expect(editCannedReply(ctx, { replyId: id, shortcut: "new", body: "x" })).rejects.toMatchObject(
      gone,
    );
    const entries = await desk.store.db
      .select({ action: auditLog.action, subject: auditLog.subject })
      .from(auditLog)
      .where(eq(auditLog.organizationId, ctx.organizationId))
      .orderBy(auditLog.id);
    expect(entries.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
      "reply.added /thanks",
      "reply.added /hours",
      "reply.changed /thanks",
      "reply.deleted /thanks",
    ]);
  },
);

test.for(testDatabases)("%s: each organisation has its own", async (kind) => {
  await using desk = await createTestInstallation(kind);
  const [ours, theirs] = [await desk.person(), await desk.person()];
  const { id: replyId } = await addCannedReply(ours, { shortcut: "hours", body: "Ten to four" });
  await addCannedReply(theirs, { shortcut: "hours", body: "Never" });
  expect(await listCannedReplies(theirs)).toMatchObject([{ body: "Never" }]);
  await expect(editCannedReply(theirs, { replyId, shortcut: "x", body: "x" })).rejects.toMatchObject({
    reason: "not_found",
  });
  await expect(deleteCannedReply(theirs, { replyId })).rejects.toMatchObject({ reason: "not_found" });
  expect(await listCannedReplies(ours)).toMatchObject([{ body: "Ten to four" }]);
});

test("a shortcut is one small word, however it is entered", () => {
  const read = (shortcut: string) => addCannedReplyInput.safeParse({ shortcut, body: "x" }).data?.shortcut;
  expect(["/Hours", " danke-schön ", "2_days"].map(read)).toEqual(["hours", "danke-schön", "2_days"]);
  for (const bad of ["", "/", "two words", "a/b", "-x", "x".repeat(31)]) expect(read(bad)).toBeUndefined();
});
