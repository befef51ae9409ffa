import { describeFirstIssue, prefixFieldName } from "@waystation/api/input-errors";
import { contextForRoles, type TrpcContext } from "@waystation/api/trpc";
import { exportAudit } from "@waystation/identity/audit/export";
import { exportAuditInput } from "@waystation/identity/audit/inputs";
import type { Request, RequestHandler, Response } from "express";
import { awaitDrain } from "../http/await-drain.ts";
import { BadRequestError } from "../http/bad-request.ts";

const TYPES = { csv: "text/csv", jsonl: "application/jsonl" };

/** The audit log as a file, for owners and admins and keys with their roles. */
export function auditExportRoute(contextOf: (req: Request, res: Response) => TrpcContext): RequestHandler {
  return async (req, res) => {
    const ctx = contextForRoles(["owner", "admin"], contextOf(req, res));
    const { searchParams } = new URL(req.originalUrl, "http://localhost");
    const input = exportAuditInput.safeParse(Object.fromEntries(searchParams));
    if (!input.success) {
      const { message, field } = describeFirstIssue(input.error);
      throw new BadRequestError(400, "BAD_REQUEST", prefixFieldName(message, field), field);
    }
    const { format } = input.data;
    const day = new Date().toISOString().slice(0, 10);
    const pieces = exportAudit(ctx, input.data);
    let piece = await pieces.next();
    res.set({
      "Content-Type": `${TYPES[format]}; charset=utf-8`,
      "Content-Disposition": `attachment; filename="audit-log-${day}.${format}"`,
    });
    for (; !piece.done && !res.destroyed; piece = await pieces.next())
      if (!res.write(piece.value)) await awaitDrain(res);
    res.end();
  };
}
