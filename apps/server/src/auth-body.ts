import { describeFirst } from "@waystation/api/input-errors";
import type { z } from "zod";
import { jsonProblem } from "./json-limits.ts";

/** Reads a JSON body of this shape, and nothing that a form of another site could send. */
export function withJson<T>(schema: z.ZodType<T>, answer: (request: Request, body: T) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const type = request.headers.get("content-type");
    if (type && !/^application\/json\s*(;|$)/i.test(type)) return refuse(415, "JSON_ONLY", "Send JSON.");
    const body = schema.safeParse(readJson(await request.text()));
    if (!body.success) return refuse(400, "INVALID_INPUT", describeFirst(body.error).message);
    return answer(request, body.data);
  };
}

function readJson(text: string): unknown {
  if (text === "") return {};
  if (jsonProblem(Buffer.from(text)) !== null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Only what was read and checked goes on: no redirect targets, no further fields. */
export function withBody(request: Request, body: object, path?: string): Request {
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  /** What says neither where it comes from nor from which site is no browser: nobody rides on its cookie. */
  if (!["origin", "referer", "sec-fetch-site"].some((name) => headers.has(name)))
    headers.set("origin", new URL(request.url).origin);
  const url = path === undefined ? request.url : new URL(path, request.url);
  return new Request(url, { method: request.method, headers, body: JSON.stringify(body) });
}

export function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, message }, { status, headers });
}

export function tooManyBody(seconds: number, what = "passwords"): { code: string; message: string } {
  return {
    code: "TOO_MANY_REQUESTS",
    message: `Too many wrong ${what}. Try again in ${Math.ceil(seconds / 60)} minutes.`,
  };
}

export function tooMany(seconds: number, what?: string): Response {
  const { code, message } = tooManyBody(seconds, what);
  return refuse(429, code, message, { "retry-after": String(seconds) });
}
