import type { Context } from "@waystation/core/context";
import { auditLog } from "@waystation/db/schema/schema";
import { and, desc, eq, isNotNull } from "drizzle-orm";

/** Whoever stands in the organisation's log, people who have left and keys too, as they were called last. */
export async function listAuditActors(ctx: Context) {
  const rows = await ctx.db
    .selectDistinctOn([auditLog.actorId], {
      id: auditLog.actorId,
      name: auditLog.actorName,
      email: auditLog.actorEmail,
    })
    .from(auditLog)
    .where(and(eq(auditLog.organizationId, ctx.organizationId), isNotNull(auditLog.actorId)))
    .orderBy(auditLog.actorId, desc(auditLog.id));
  return rows
    .flatMap(({ id, name, email }) => (id === null ? [] : [{ id, name: name ?? "", email: email ?? "" }]))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}
