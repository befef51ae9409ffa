import { auditLog } from "@waystation/db/schema";
import { and, desc, eq, ilike, lt, or } from "drizzle-orm";
import type { Context } from "../context.ts";
import type { ListAudit } from "./inputs.ts";

/** The organisation's audit entries, newest first. */
export async function listAudit(ctx: Context, input: ListAudit) {
  const limit = input.limit ?? 50;
  const like = input.search ? `%${input.search.replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, ctx.organizationId),
        input.cursor ? lt(auditLog.id, Number(input.cursor)) : undefined,
        like
          ? or(
              ilike(auditLog.action, like),
              ilike(auditLog.subject, like),
              ilike(auditLog.actorName, like),
              ilike(auditLog.actorEmail, like),
            )
          : undefined,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map((row) => ({
    id: String(row.id),
    at: row.at.toISOString(),
    actor: row.actorName === null ? null : { name: row.actorName, email: row.actorEmail ?? "" },
    action: row.action,
    subject: row.subject,
    detail: row.detail,
    ip: row.ip,
  }));
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
