import { once } from "node:events";
import {
  type AnyTRPCProcedure,
  callTRPCProcedure,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
} from "@trpc/server";
import { appRouter } from "@waystation/api/root";
import { type TrpcContext, toTRPCError } from "@waystation/api/trpc";
import { DomainError } from "@waystation/core/errors";
import type { Request, RequestHandler, Response } from "express";
import { rejectRequest } from "../http/csrf-guard.ts";
import { createStreamLimits } from "../http/stream-limits.ts";
import { procedureOf } from "../http/trpc-methods.ts";

type ContextOf = (req: Request, res: Response) => TrpcContext;

const { _config: config } = appRouter._def;
const procedures = appRouter._def.procedures as unknown as Record<string, AnyTRPCProcedure>;
const subscriptions = new Set(
  Object.keys(procedures).filter((path) => procedures[path]?._def.type === "subscription"),
);
/** What many listeners are told in one moment is written once. */
const told = new WeakMap<object, Buffer>();

/**
 * Subscriptions, as tRPC's client expects them (server-sent events, read from tRPC 11's own producer, which passes each event
 * through three web streams: docs/decisions/0019). All else is tRPC's.
 */
export function liveRoute(
  contextOf: ContextOf,
  sse = config.sse,
  limits = createStreamLimits(),
): RequestHandler {
  return async (req, res, next) => {
    const path = procedureOf(req);
    const { searchParams } = new URL(req.url, "http://localhost");
    const input = readInput(searchParams.get("input"));
    // tRPC would open a stream that is not counted.
    if (req.method === "POST" && subscriptions.has(path))
      return rejectRequest(res, 405, "METHOD_NOT_SUPPORTED", "This procedure takes GET, HEAD.");
    if (req.method !== "GET" || !subscriptions.has(path) || searchParams.has("batch") || input === UNREADABLE)
      return next();
    const ctx = contextOf(req, res);
    const over = new AbortController();
    res.once("close", () => over.abort());
    // Then the browser comes again, and is recognised anew.
    const end = setTimeout(() => over.abort(), sse?.maxDurationMs);
    res.set({
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-store, no-transform",
      "X-Accel-Buffering": "no",
    });
    res.write(`event: connected\ndata: ${JSON.stringify(sse?.client)}\n\n`);
    const beat = setInterval(() => res.write("event: ping\ndata: \n\n"), sse?.ping?.intervalMs);
    const replace = () => {
      res.write(refusal(replaced(), path, input, ctx));
      over.abort();
    };
    const remove = ctx.viewer ? limits.add(ctx.viewer, replace) : () => {};
    try {
      const items: AsyncIterable<object> = await callTRPCProcedure({
        router: appRouter,
        path,
        type: "subscription",
        ctx,
        getRawInput: async () => input,
        signal: over.signal,
        batchIndex: 0,
      });
      for await (const item of items) {
        if (over.signal.aborted) break;
        beat.refresh();
        // Who does not read is asked nothing more, and hears the rest together.
        if (!res.write(written(item))) await once(res, "drain", { signal: over.signal });
      }
      if (!over.signal.aborted) res.write("event: return\ndata: \n\n");
    } catch (cause) {
      if (!over.signal.aborted) res.write(refusal(cause, path, input, ctx));
    } finally {
      remove();
      clearTimeout(end);
      clearInterval(beat);
      res.end();
      // A client that does not read holds its connection open no longer.
      const cut = setTimeout(() => res.destroy(), UNREAD_MS);
      res.once("close", () => clearTimeout(cut));
    }
  };
}

const UNREADABLE = Symbol();
const UNREAD_MS = 5_000;

function readInput(text: string | null): unknown {
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return UNREADABLE;
  }
}

function written(item: object): Buffer {
  const before = told.get(item);
  if (before) return before;
  const event = Buffer.from(`data: ${JSON.stringify(item)}\n\n`);
  told.set(item, event);
  return event;
}

/** tRPC's client does not reconnect after this error, so that two browsers do not take the place from each other again and again. */
function replaced(): DomainError {
  return new DomainError(
    "too_many_streams",
    "Live updates are paused here, because this account has too many windows open. Resume them here, or close other windows.",
  );
}

/** What is refused once a stream has begun has no status any more. */
function refusal(cause: unknown, path: string, input: unknown, ctx: TrpcContext): string {
  const error = cause instanceof DomainError ? toTRPCError(cause) : getTRPCErrorFromUnknown(cause);
  if (error.code === "INTERNAL_SERVER_ERROR") ctx.report(error.cause ?? error, path);
  const shape = getTRPCErrorShape({ config, error, type: "subscription", path, input, ctx });
  return `event: serialized-error\ndata: ${JSON.stringify(shape)}\n\n`;
}
