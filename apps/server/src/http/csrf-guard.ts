import type { ErrorReason } from "@waystation/core/errors";
import type { RequestHandler, Response } from "express";

/** A name or an address. tRPC makes a URL of it, and breaks on one with a user in it. */
const HOST = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i;

/**
 * Stands in front of tRPC, whose cookie a foreign page's request would carry too. Only JSON changes anything (a form
 * cannot send it without asking first), and only from our own pages; what is no browser says neither origin nor site.
 */
export function csrfGuard(publicUrl: string): RequestHandler {
  const isFromUs = isSameOrigin(new URL(publicUrl).origin);
  return (req, res, next) => {
    if (!HOST.test(req.headers.host ?? ""))
      return rejectRequest(res, 400, "BAD_REQUEST", "This host is none.");
    if (req.method === "GET" || req.method === "HEAD") return next();
    if (req.method !== "POST") {
      // A procedure's own methods stand there already.
      const allowed = String(res.get("Allow") ?? "GET, HEAD, POST");
      res.set("Allow", allowed);
      if (req.method === "OPTIONS") return void res.status(204).end();
      return rejectRequest(res, 405, "METHOD_NOT_SUPPORTED", `This route takes ${allowed}.`);
    }
    if (!/^application\/json\s*(;|$)/i.test(req.get("content-type") ?? ""))
      return rejectRequest(res, 415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON.");
    return isFromUs(req, res, next);
  };
}

/**
 * Refuses what a page of another origin sends. What is no browser says neither origin nor site; and with an API key a request
 * rides on no cookie.
 */
export function isSameOrigin(ours: string, say = rejectRequest): RequestHandler {
  return (req, res, next) => {
    if (bearerKeyOf(req.get("authorization")) !== null) return next();
    const origin = req.get("origin");
    const site = req.get("sec-fetch-site");
    const isOurs =
      origin === undefined
        ? site === undefined || site === "same-origin" || site === "none"
        : origin === ours;
    if (!isOurs)
      return say(
        res,
        403,
        "FORBIDDEN",
        `This page was not opened under this server's public address. Open ${ours}.`,
      );
    next();
  };
}

/** What a request is made with instead of a browser's cookie; that cookie then counts for nothing. */
export function bearerKeyOf(authorization: string | null | undefined): string | null {
  return /^bearer +(.*)$/is.exec(authorization ?? "")?.[1]?.trim() ?? null;
}

const RPC_CODES: Record<string, number> = {
  UNAUTHORIZED: -32_001,
  FORBIDDEN: -32_003,
  METHOD_NOT_SUPPORTED: -32_005,
  UNSUPPORTED_MEDIA_TYPE: -32_015,
  PAYLOAD_TOO_LARGE: -32_013,
  NOT_FOUND: -32_004,
  TOO_MANY_REQUESTS: -32_029,
  SERVICE_UNAVAILABLE: -32_603,
  INTERNAL_SERVER_ERROR: -32_603,
};

/** An error in the shape that tRPC's client understands. */
export function rejectRequest(
  res: Response,
  status: number,
  code: string,
  message: string,
  reason: ErrorReason | null = null,
): void {
  const { requestId } = res.locals as { requestId: string };
  const data = { code, httpStatus: status, path: null, reason, field: null, detail: {}, requestId };
  res.status(status).json({ error: { message, code: RPC_CODES[code] ?? -32_600, data } });
}
