import { createTestCore } from "@waystation/core/testing/test-core";
import { users } from "@waystation/db/schema/identity";
import { auditLog } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { recordAudit } from "./record.ts";

test.for(testDatabases)("%s: what stands in the audit log is neither changed nor deleted", async (kind) => {
  await using desk = await createTestCore(kind);
  const ctx = await desk.person();
  const { db } = ctx.installation;
  await recordAudit(db, ctx, "connection.connected", "whatsapp:+14155550100");
  const [before] = await db.select().from(auditLog);
  const refused = { cause: { code: "42501" } };
  await expect(db.update(auditLog).set({ subject: "somebody else" })).rejects.toMatchObject(refused);
  await expect(db.update(auditLog).set({ actorId: null, ip: "192.0.2.1" })).rejects.toMatchObject(refused);
  await expect(db.delete(auditLog)).rejects.toMatchObject(refused);
  await expect(db.execute(sql`truncate ${auditLog}`)).rejects.toMatchObject(refused);
  expect(await db.select().from(auditLog)).toEqual([before]);

  await db.delete(users).where(eq(users.id, ctx.actor.userId));
  expect(await db.select().from(auditLog), "the name of who is gone stays").toEqual([
    { ...before, actorId: null },
  ]);
});
