import { z } from "zod";

const MAX_REPLY_LENGTH = 4_000;

/** As typed after the `/`. */
const shortcut = z
  .string("Enter a shortcut.")
  .trim()
  .toLowerCase()
  .transform((text) => text.replace(/^\//, ""))
  .pipe(
    z
      .string()
      .min(1, "Enter a shortcut.")
      .max(30, "Use at most 30 characters for the shortcut.")
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}_-]*$/u, "Use letters, digits, - and _ only, like opening-hours."),
  );

const body = z
  .string("Enter the text.")
  .max(MAX_REPLY_LENGTH, `Use at most ${MAX_REPLY_LENGTH} characters for the text.`)
  .refine((text) => text.trim() !== "", "Enter the text.");

export const addCannedReplyInput = z.strictObject({ shortcut, body });
export type AddReplyInput = z.infer<typeof addCannedReplyInput>;

const replyId = z.uuid("This is not the id of a reply.");

export const editCannedReplyInput = z.strictObject({ replyId, shortcut, body });
export type EditReplyInput = z.infer<typeof editCannedReplyInput>;

export const cannedReplyInput = z.strictObject({ replyId });
export type CannedReplyInput = z.infer<typeof cannedReplyInput>;
