import { auditLog } from "@waystation/db/schema";
import { databases } from "@waystation/db/testing";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { createTestDesk } from "../testing.ts";
import { addReplyInput } from "./inputs.ts";
import { listReplies } from "./list-replies.ts";
import { addReply, deleteReply, editReply } from "./save-reply.ts";

test.for(databases)(
  "%s: replies are written, changed and deleted, and each has its own shortcut",
  async (kind) => {
    await using desk = await createTestDesk(kind);
    const ctx = await desk.person();
    const { id } = await addReply(ctx, { shortcut: "thanks", body: "Thank you, {name}" });
    await addReply(ctx, { shortcut: "hours", body: "Ten to four" });
    expect((await listReplies(ctx)).map(({ shortcut }) => shortcut)).toEqual(["hours", "thanks"]);
    const taken = { reason: "shortcut_taken", field: "shortcut" };
    await expect(addReply(ctx, { shortcut: "hours", body: "x" })).rejects.toMatchObject(taken);
    await expect(editReply(ctx, { replyId: id, shortcut: "hours", body: "x" })).rejects.toMatchObject(taken);
    await editReply(ctx, { replyId: id, shortcut: "thanks", body: "Thank you" });
    expect(await listReplies(ctx)).toContainEqual({ id, shortcut: "thanks", body: "Thank you" });
    await deleteReply(ctx, { replyId: id });
    expect(await listReplies(ctx)).toHaveLength(1);
    const gone = { reason: "not_found" };
    await expect(deleteReply(ctx, { replyId: id })).rejects.toMatchObject(gone);
    await expect(editReply(ctx, { replyId: id, shortcut: "new", body: "x" })).rejects.toMatchObject(gone);
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

test.for(databases)("%s: each organisation has its own", async (kind) => {
  await using desk = await createTestDesk(kind);
  const [ours, theirs] = [await desk.person(), await desk.person()];
  const { id: replyId } = await addReply(ours, { shortcut: "hours", body: "Ten to four" });
  await addReply(theirs, { shortcut: "hours", body: "Never" });
  expect(await listReplies(theirs)).toMatchObject([{ body: "Never" }]);
  await expect(editReply(theirs, { replyId, shortcut: "x", body: "x" })).rejects.toMatchObject({
    reason: "not_found",
  });
  await expect(deleteReply(theirs, { replyId })).rejects.toMatchObject({ reason: "not_found" });
  expect(await listReplies(ours)).toMatchObject([{ body: "Ten to four" }]);
});

test("a shortcut is one small word, however it is entered", () => {
  const read = (shortcut: string) => addReplyInput.safeParse({ shortcut, body: "x" }).data?.shortcut;
  expect(["/Hours", " danke-schön ", "2_days"].map(read)).toEqual(["hours", "danke-schön", "2_days"]);
  for (const bad of ["", "/", "two words", "a/b", "-x", "x".repeat(31)]) expect(read(bad)).toBeUndefined();
});
