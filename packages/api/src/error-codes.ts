import type { TRPCError } from "@trpc/server";
import { getStatusCodeFromKey } from "@trpc/server/unstable-core-do-not-import";
import type { ErrorReason } from "@waystation/core/errors";

export type ErrorCode = TRPCError["code"];

/** The one table of how an error is answered over tRPC, REST and media. What is not in it is a bad request. */
const CODES: Partial<Record<ErrorReason, ErrorCode>> = {
  not_signed_in: "UNAUTHORIZED",
  key_refused: "UNAUTHORIZED",
  sign_in_first: "UNAUTHORIZED",
  not_allowed: "FORBIDDEN",
  second_factor_needed: "FORBIDDEN",
  not_found: "NOT_FOUND",
  media_gone: "NOT_FOUND",
  too_many_requests: "TOO_MANY_REQUESTS",
  too_many_streams: "TOO_MANY_REQUESTS",
  twilio_rate_limited: "TOO_MANY_REQUESTS",
  twilio_unreachable: "BAD_GATEWAY",
  twilio_unexpected: "BAD_GATEWAY",
  sender_taken: "CONFLICT",
  already_member: "CONFLICT",
  setup_done: "CONFLICT",
  last_owner: "CONFLICT",
  second_factor_required: "CONFLICT",
  shortcut_taken: "CONFLICT",
  shared_key_exists: "CONFLICT",
  changed_meanwhile: "CONFLICT",
  disconnected: "CONFLICT",
  database_unavailable: "SERVICE_UNAVAILABLE",
  media_type: "UNSUPPORTED_MEDIA_TYPE",
  media_too_large: "PAYLOAD_TOO_LARGE",
};

/** tRPC has no code for it. */
const GONE = 410;

export function trpcCodeOf(reason: ErrorReason): ErrorCode {
  return CODES[reason] ?? "BAD_REQUEST";
}

export function httpStatusOf(reason: ErrorReason): number {
  return reason === "media_gone" ? GONE : getStatusCodeFromKey(trpcCodeOf(reason));
}
