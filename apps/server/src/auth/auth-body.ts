import { describeFirstIssue } from "@waystation/api/input-errors";
import type { z } from "zod";
import { jsonLimitViolation } from "../http/json-limits.ts";

/** Reads a JSON body of this shape, and nothing that a form of another site could send. */
export function withJsonBody<T>(
  schema: z.ZodType<T>,
  answer: (request: Request, body: T) => Promise<Response>,
) {
  return async (request: Request): Promise<Response> => {
    const type = request.headers.get("content-type");
    if (type && !/^application\/json\s*(;|$)/i.test(type)) return rejectBody(415, "JSON_ONLY", "Send JSON.");
    const body = schema.safeParse(readJson(await request.text()));
    if (!body.success) return rejectBody(400, "INVALID_INPUT", describeFirstIssue(body.error).message);
    return answer(request, body.data);
  };
}

function readJson(text: string): unknown {
  if (text === "") return {};
  if (jsonLimitViolation(Buffer.from(text)) !== null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Only what was read and checked goes on: no redirect targets, no further fields. */
export function replaceBody(request: Request, body: object, path?: string): Request {
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  /** What says neither where it comes from nor from which site is no browser: nobody rides on its cookie. */
  if (!["origin", "referer", "sec-fetch-site"].some((name) => headers.has(name)))
    headers.set("origin", new URL(request.url).origin);
  const url = path === undefined ? request.url : new URL(path, request.url);
  return new Request(url, { method: request.method, headers, body: JSON.stringify(body) });
}

export function rejectBody(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, message }, { status, headers });
}

export function tooManyAttemptsBody(seconds: number, what = "passwords"): { code: string; message: string } {
  return {
    code: "TOO_MANY_REQUESTS",
    message: `Too many wrong ${what}. Try again in ${Math.ceil(seconds / 60)} minutes.`,
  };
}

export function tooManyAttemptsResponse(seconds: number, what?: string): Response {
  const { code, message } = tooManyAttemptsBody(seconds, what);
  return rejectBody(429, code, message, { "retry-after": String(seconds) });
}
