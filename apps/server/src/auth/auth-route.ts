import { fromNodeHeaders } from "better-auth/node";
import { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { readBody } from "../http/read-body.ts";
import type { Auth } from "./auth.ts";
import { AUTH_BASE_PATH, CLIENT_ADDRESS_HEADER } from "./better-auth.ts";

const BODY_LIMIT = 16 * 1024;

/** Mounted at `/api/auth`, before any other body parser. The address of the client is Express's to say. */
export function authRouter(auth: Auth): Router {
  const forward: RequestHandler = async (req, res) => {
    const headers = fromNodeHeaders(req.headers);
    headers.delete(CLIENT_ADDRESS_HEADER);
    if (req.ip) headers.set(CLIENT_ADDRESS_HEADER, req.ip);
    for (const name of ["content-length", "transfer-encoding", "connection"]) headers.delete(name);
    const body = req.method === "POST" && Buffer.isBuffer(req.body) ? req.body.toString() : null;
    const url = new URL(`${AUTH_BASE_PATH}${req.path}`, auth.publicUrl);
    const response = await auth.handler(new Request(url, { method: req.method, headers, body }));
    const cookies = response.headers.getSetCookie();
    for (const [name, value] of response.headers) if (name !== "set-cookie") res.setHeader(name, value);
    if (cookies.length > 0) res.setHeader("set-cookie", cookies);
    res.setHeader("cache-control", "no-store");
    res.status(response.status).send(Buffer.from(await response.arrayBuffer()));
  };
  const unreadable: ErrorRequestHandler = (error, _req, res, next) => {
    const status: unknown = error?.status;
    if (typeof status !== "number" || status < 400 || status > 499) return next(error);
    res.status(status).json({ code: "UNREADABLE", message: "This request cannot be read." });
  };
  const router = Router({ caseSensitive: true, strict: true });
  router.use(
    readBody(BODY_LIMIT, (req) => req.is("application/json") !== false),
    forward,
    unreadable,
  );
  return router;
}
