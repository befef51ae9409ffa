import { appRouter } from "@waystation/api/root";
import type { Request, RequestHandler } from "express";

const types = new Map(
  Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>).map(
    ([path, { _def }]) => [path, _def.type],
  ),
);

/**
 * Names the methods that a procedure takes in the response to any other, which csrf-guard.ts or tRPC rejects; and has HEAD answered
 * as GET. Batches and paths without a procedure have no list of their own.
 */
export const trpcMethods: RequestHandler = (req, res, next) => {
  const type = "batch" in req.query ? undefined : types.get(procedureOf(req));
  if (type !== undefined) {
    const allowed = type === "mutation" ? ["POST"] : ["GET", "HEAD"];
    if (!allowed.includes(req.method)) res.set("Allow", allowed.join(", "));
  }
  if (req.method === "HEAD") {
    // The stream would not end.
    if (type === "subscription") return void res.type("text/event-stream").end();
    // Node writes no body: it knows the method of the request itself.
    req.method = "GET";
  }
  next();
};

/** The name in the path, in which characters may be encoded. */
export function procedureOf(req: Pick<Request, "path">): string {
  const path = req.path.slice(1);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
