import type { Request, RequestHandler } from "express";
import { requestHasBody } from "./unread-body.ts";

/** Why a body was not read, in the words of `body-parser`. */
class BodyError extends Error {
  override name = "BodyError";
  readonly status: number;
  readonly type: "entity.too.large" | "encoding.unsupported" | "request.aborted";

  constructor(status: number, type: BodyError["type"]) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/**
 * Leaves the body in `req.body`, as bytes; nothing where there is none. `body-parser` reads a body that is too long to its
 * end before it says so: this says so at once, and reads no further.
 */
export function readBody(limit: number, wanted: (req: Request) => boolean = () => true): RequestHandler {
  return (req, _res, next) => {
    if (req.body !== undefined || !requestHasBody(req) || !wanted(req)) return next();
    const { "content-encoding": encoding = "identity", "content-length": length } = req.headers;
    if (encoding.toLowerCase() !== "identity") return next(new BodyError(415, "encoding.unsupported"));
    if (Number(length) > limit) return next(new BodyError(413, "entity.too.large"));
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (error?: BodyError) => {
      req.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
      if (error) return next(error);
      const [first, ...others] = chunks;
      req.body = first && others.length === 0 ? first : Buffer.concat(chunks);
      next();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      req.pause();
      finish(new BodyError(413, "entity.too.large"));
    };
    const onEnd = () => finish();
    const onClose = () => finish(new BodyError(400, "request.aborted"));
    req.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
  };
}
