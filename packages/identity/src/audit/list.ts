import type { Context } from "@waystation/core/context";
import { toPgText } from "@waystation/core/text";
import { auditLog } from "@waystation/db/schema/schema";
import { and, desc, eq, gte, ilike, like, lt, or, sql } from "drizzle-orm";
import type { ListAuditInput } from "./inputs.ts";

/** The organisation's audit entries, newest first. */
export async function listAudit(ctx: Context, input: ListAuditInput) {
  const limit = input.limit ?? 50;
  const [before] = input.cursor === undefined ? [] : ctx.ids.decodeCursor("audit", input.cursor);
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, ctx.organizationId),
        before === undefined ? undefined : lt(auditLog.id, before),
        input.actorId ? eq(auditLog.actorId, input.actorId) : undefined,
        input.action ? ofAction(input.action) : undefined,
        input.from ? gte(auditLog.at, new Date(input.from)) : undefined,
        input.to ? lt(auditLog.at, new Date(input.to)) : undefined,
        input.search ? holding(input.search) : undefined,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  const items = page.map((row) => ({
    id: ctx.ids.encode("audit_entry", row.id),
    at: row.at.toISOString(),
    actor: row.actorName === null ? null : { name: row.actorName, email: row.actorEmail ?? "" },
    action: row.action,
    subject: row.subject,
    detail: row.detail,
    ip: row.ip,
  }));
  return { items, nextCursor: last ? ctx.ids.encodeCursor("audit", last.id) : null };
}

export type AuditEntry = Awaited<ReturnType<typeof listAudit>>["items"][number];

function ofAction(action: string) {
  if (action.includes(".")) return eq(auditLog.action, action);
  return like(auditLog.action, `${action.replaceAll("_", "\\_")}.%`);
}

function holding(search: string) {
  const part = `%${toPgText(search).replace(/[\\%_]/g, "\\$&")}%`;
  return or(
    ...[auditLog.action, auditLog.subject, auditLog.actorName, auditLog.actorEmail, auditLog.ip].map(
      (column) => ilike(column, part),
    ),
    // What it says, and not what its parts are called.
    sql`exists (select 1 from jsonb_each_text(${auditLog.detail}) part where part.value ilike ${part})`,
  );
}
