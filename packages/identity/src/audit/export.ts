import type { Context } from "@waystation/core/context";
import { csvLine } from "./csv.ts";
import type { ExportAuditInput } from "./inputs.ts";
import { type AuditEntry, listAudit } from "./list.ts";
import { recordAudit } from "./record.ts";

const PAGE = 500;
const HEAD = ["Time", "Person", "E-mail", "Action", "Subject", "Detail", "Address"];

/** All entries that fit, newest first, as text in pieces; that somebody took them is an entry itself. */
export async function* exportAudit(ctx: Context, input: ExportAuditInput): AsyncGenerator<string, void> {
  const { format, ...filters } = input;
  await recordAudit(ctx.db, ctx, "audit.exported", format, filters);
  if (format === "csv") yield csvLine(HEAD);
  // What is written meanwhile is newer than where this began, so it ends.
  for (let cursor: string | undefined; ; ) {
    const { items, nextCursor } = await listAudit(ctx, { ...filters, cursor, limit: PAGE });
    if (items.length > 0) yield items.map(format === "csv" ? asCsv : asJson).join("");
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}

function asCsv({ at, actor, action, subject, detail, ip }: AuditEntry): string {
  return csvLine([
    at,
    actor?.name ?? "",
    actor?.email ?? "",
    action,
    subject,
    JSON.stringify(detail),
    ip ?? "",
  ]);
}

const asJson = (entry: AuditEntry) => `${JSON.stringify(entry)}\n`;
