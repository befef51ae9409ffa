import { mediaFiles } from "@waystation/db/schema/media";
import { testDatabases } from "@waystation/db/testing/databases";
import { makeMedia } from "@waystation/twilio-simulator/media/make-media";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createTestInstallation } from "../../testing.ts";
import { attachmentProblem } from "./attachment-problem.ts";
import { removeUnsentUploads } from "./remove-unsent.ts";
import { storeUpload } from "./store-upload.ts";

test.for(testDatabases)(
  "%s: what was attached and never sent goes after a day, and nothing else does",
  async (kind) => {
    await using desk = await createTestInstallation(kind);
    const ctx = await desk.person();
    const keep = () => storeUpload(ctx, "a.png", makeMedia("image").bytes);
    const [forgotten, fresh, sent] = [await keep(), await keep(), await keep()];
    const age = (id: string) =>
      ctx.installation.db
        .update(mediaFiles)
        .set({ createdAt: sql`now() - interval '25 hours'` })
        .where(eq(mediaFiles.id, id));
    await age(forgotten.id);
    await age(sent.id);
    await ctx.installation.db.update(mediaFiles).set({ messageId: 7 }).where(eq(mediaFiles.id, sent.id));
    await removeUnsentUploads(ctx.installation.db);
    const left = await ctx.installation.db.select({ id: mediaFiles.id }).from(mediaFiles);
    expect(left.map(({ id }) => id).toSorted()).toEqual([fresh.id, sent.id].toSorted());
  },
);

test("where Twilio cannot fetch a file is said beforehand", () => {
  for (const url of ["http://localhost:3000", "https://10.0.0.4", "https://desk.internal"]) {
    expect(attachmentProblem(url, "live")).toContain(new URL(url).host);
    expect(attachmentProblem(url, "test")).toBeNull();
  }
  expect(attachmentProblem("https://desk.example.org", "live")).toBeNull();
});
