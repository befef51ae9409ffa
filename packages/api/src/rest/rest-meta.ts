import type { z } from "zod";

/** How a procedure is offered to other programs; one without is for the console alone, and for people. */
export interface RestMapping {
  method: "GET" | "POST" | "DELETE";
  /** Its parts in braces are fields of the input. */
  path: string;
  about: "Twilio" | "Inbox" | "Organisation";
  summary: string;
  description?: string;
  answer: z.ZodType;
}

export interface ProcedureMeta {
  rest?: RestMapping;
}
