import { AuthError } from "../auth.ts";
import { type ErrorDetails, errorDetailsOf } from "../trpc.ts";

/** What a person may read of any error, whichever door it came through. */
export function parseProblem(error: unknown): ErrorDetails {
  if (error instanceof AuthError)
    return { message: error.message, field: error.field, reason: null, requestId: null };
  return errorDetailsOf(error);
}

export const explainError = (error: unknown) => parseProblem(error).message;
