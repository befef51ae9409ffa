import { callRest, type RestResponse, rejectRestCall } from "@waystation/api/rest/call-rest";
import {
  createOpenApiDocument,
  type RestEndpoint,
  type RestField,
  restEndpoints,
} from "@waystation/api/rest/openapi";
import type { TrpcContext } from "@waystation/api/trpc";
import { DomainError } from "@waystation/core/errors";
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from "express";
import { allowMethods } from "../http/allow-methods.ts";
import { BadRequestError } from "../http/bad-request.ts";
import { isSameOrigin } from "../http/csrf-guard.ts";
import { jsonLimitViolation } from "../http/json-limits.ts";
import { readBody } from "../http/read-body.ts";
import { auditExportRoute } from "./audit-export-route.ts";

interface RestRouteDependencies {
  publicUrl: string;
  /** Leaves in `res.locals` who asks, or passes on the refusal of an API key. */
  authenticate: RequestHandler;
  contextOf: (req: Request, res: Response) => TrpcContext;
}

const MAX_BODY = 256 * 1024;

/** The procedures that have a place in REST, and their description. Mounted at `/api`. */
export function restRoute({ publicUrl, authenticate, contextOf }: RestRouteDependencies): Router {
  const router = Router({ caseSensitive: true });
  const description = JSON.stringify(createOpenApiDocument(publicUrl));
  router.get("/openapi.json", (_req, res) => void res.type("json").send(description));
  router.get("/audit/export", authenticate, auditExportRoute(contextOf));
  router.all(["/openapi.json", "/audit/export"], allowMethods(["GET"], rejectMethod));
  const gate = [
    isSameOrigin(new URL(publicUrl).origin, refuseShape),
    authenticate,
    jsonOnly,
    read,
    parseJson,
  ];
  for (const [path, offered] of Map.groupBy(restEndpoints, (endpoint) => endpoint.path)) {
    const route = router.route(path.replace("/api", "").replaceAll(/\{(\w+)\}/g, ":$1"));
    const call =
      (endpoint: RestEndpoint): RequestHandler =>
      async (req, res) =>
        answer(res, await callRest(endpoint, contextOf(req, res), inputOf(endpoint, req)));
    for (const endpoint of offered)
      route[endpoint.method.toLowerCase() as Lowercase<typeof endpoint.method>](gate, call(endpoint));
    route.all(
      allowMethods(
        offered.map(({ method }) => method),
        rejectMethod,
      ),
    );
  }
  const refuse: ErrorRequestHandler = (error, req, res, next) => {
    if (res.headersSent || req.socket.destroyed) return next(error);
    if (error instanceof DomainError) return answer(res, rejectRestCall(error, contextOf(req, res)));
    if (error instanceof BadRequestError)
      return refuseShape(res, error.status, error.code, error.message, error.field);
    const status: unknown = error?.status;
    if (typeof status !== "number" || status < 400 || status > 499) return next(error);
    const [code, message] = UNREADABLE[status] ?? ["BAD_REQUEST", "This request cannot be read."];
    refuseShape(res, status, code, message);
  };
  router.use(refuse);
  return router;
}

function rejectMethod(_res: Response, allowed: string): void {
  throw new BadRequestError(405, "METHOD_NOT_SUPPORTED", `This route takes ${allowed}.`);
}

const UNREADABLE: Record<number, [code: string, message: string]> = {
  400: ["PARSE_ERROR", "The body is not valid JSON, or the path is not well-formed."],
  413: ["PAYLOAD_TOO_LARGE", `The body is longer than ${MAX_BODY / 1024} KB.`],
  415: ["UNSUPPORTED_MEDIA_TYPE", "Send JSON in UTF-8, not compressed."],
};

function answer(res: Response, { status, body, retryAfter }: RestResponse): void {
  if (status === 401) res.set("WWW-Authenticate", "Bearer");
  if (retryAfter !== null) res.set("Retry-After", String(retryAfter));
  res.status(status).json(body);
}

function refuseShape(
  res: Response,
  status: number,
  code: string,
  message: string,
  field: string | null = null,
): void {
  const { requestId = "" } = res.locals as { requestId?: string };
  res.status(status).json({ code, message, reason: null, field, detail: {}, requestId });
}

/** A form of another site can send other types without asking first. */
const jsonOnly: RequestHandler = (req, _res, next) => {
  const length = req.get("content-length");
  const hasBody = req.get("transfer-encoding") !== undefined || (length !== undefined && length !== "0");
  const isJson = /^application\/json\s*(;|$)/i.test(req.get("content-type") ?? "application/json");
  if ((hasBody || req.get("content-type") !== undefined) && req.method !== "GET" && !isJson)
    throw new BadRequestError(415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON.");
  next();
};

const read = readBody(MAX_BODY);
const OTHER_CHARSET = /;\s*charset\s*=\s*(?!"?utf-?8\b)/i;

/** An object or a list; a body of nothing is one without fields. */
const parseJson: RequestHandler = (req, _res, next) => {
  if (!Buffer.isBuffer(req.body)) return next();
  if (OTHER_CHARSET.test(req.get("content-type") ?? ""))
    throw new BadRequestError(415, "UNSUPPORTED_MEDIA_TYPE", UNREADABLE[415]?.[1] ?? "");
  const problem = jsonLimitViolation(req.body);
  if (problem !== null) throw new BadRequestError(400, "BAD_REQUEST", problem);
  const text = req.body.toString();
  let body: unknown = {};
  try {
    if (text !== "") body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (typeof body !== "object" || body === null)
    throw new BadRequestError(400, "PARSE_ERROR", UNREADABLE[400]?.[1] ?? "");
  req.body = body;
  next();
};

/** What the path, the query and the body say, each thing once. */
function inputOf({ method, inPath, inQuery }: RestEndpoint, req: Request): Record<string, unknown> {
  const fields = new Map<string, unknown>();
  const add = (name: string, value: unknown) => {
    if (fields.has(name)) throw new BadRequestError(400, "BAD_REQUEST", `Say “${name}” once.`);
    fields.set(name, value);
  };
  for (const { name } of inPath) add(name, req.params[name]);
  const query = new URL(req.originalUrl, "http://localhost").searchParams;
  for (const [name, value] of query)
    add(
      name,
      typed(
        value,
        inQuery.find((field) => field.name === name),
      ),
    );
  const body: unknown = method === "GET" ? undefined : req.body;
  if (Array.isArray(body)) throw new BadRequestError(400, "BAD_REQUEST", "Send an object.");
  for (const [name, value] of Object.entries(body ?? {})) add(name, value);
  // From entries, so that a field called __proto__ is one like any other.
  return Object.fromEntries(fields);
}

/** A query holds text only. What is not written as its type stays text, and the procedure says what is wrong. */
function typed(text: string, field: RestField | undefined): unknown {
  const type = field?.schema.type;
  if (type === "integer" && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
