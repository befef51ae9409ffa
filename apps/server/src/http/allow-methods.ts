import type { RequestHandler, Response } from "express";

/**
 * Stands behind the handlers of a path: says which methods they take. GET is offered as HEAD too. OPTIONS is answered with the
 * list alone; nothing here answers requests of other origins.
 */
export function allowMethods(
  methods: readonly string[],
  reject: (res: Response, allowed: string) => void = (res) => void res.status(405).end(),
): RequestHandler {
  const allowed = [
    ...new Set(methods.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]))),
  ].join(", ");
  return (req, res) => {
    res.set("Allow", allowed);
    if (req.method === "OPTIONS") return void res.status(204).end();
    reject(res, allowed);
  };
}
