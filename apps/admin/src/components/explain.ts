import { AuthProblem } from "../auth.ts";
import { type Problem, problemOf } from "../trpc.ts";

/** What a person may read of any error, whichever door it came through. */
export function readProblem(error: unknown): Problem {
  if (error instanceof AuthProblem)
    return { message: error.message, field: error.field, reason: null, requestId: null };
  return problemOf(error);
}

export const explain = (error: unknown) => readProblem(error).message;
