import { callTRPCProcedure, getErrorShape, getTRPCErrorFromUnknown } from "@trpc/server";
import { DomainError } from "@waystation/core/errors";
import { ZodError } from "zod";
import { prefixFieldName } from "../input-errors.ts";
import { appRouter } from "../root.ts";
import { type TrpcContext, toTRPCError } from "../trpc.ts";
import type { RestEndpoint } from "./openapi.ts";

export interface RestResponse {
  status: number;
  body: unknown;
  /** When somebody who asked too often may come again. */
  retryAfter: number | null;
}

/** Runs the procedure behind an endpoint. */
export async function callRest(
  { procedure, method }: RestEndpoint,
  ctx: TrpcContext,
  input: unknown,
): Promise<RestResponse> {
  const type = method === "GET" ? ("query" as const) : ("mutation" as const);
  try {
    const body: unknown = await callTRPCProcedure({
      router: appRouter,
      path: procedure,
      type,
      ctx,
      getRawInput: async () => input,
      signal: undefined,
      batchIndex: 0,
    });
    return { status: 200, body, retryAfter: null };
  } catch (error) {
    return rejectRestCall(error, ctx);
  }
}

/** What REST answers instead of an error: the same words as tRPC's, flat. */
export function rejectRestCall(thrown: unknown, ctx: TrpcContext): RestResponse {
  const error = thrown instanceof DomainError ? toTRPCError(thrown) : getTRPCErrorFromUnknown(thrown);
  const config = appRouter._def._config;
  const { message, data } = getErrorShape({
    config,
    error,
    ctx,
    type: "unknown",
    path: undefined,
    input: undefined,
  });
  const { code, httpStatus, reason, field, detail, requestId } = data;
  const seconds = (detail as { retryAfter?: unknown }).retryAfter;
  return {
    status: httpStatus,
    body: {
      code,
      message: error.cause instanceof ZodError ? prefixFieldName(message, field) : message,
      reason,
      field,
      detail,
      requestId,
    },
    retryAfter: httpStatus === 429 ? (typeof seconds === "number" ? seconds : 60) : null,
  };
}
