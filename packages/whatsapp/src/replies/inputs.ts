import { z } from "zod";

export const REPLY_LENGTH = 4_000;

/** As it is typed after the `/`. */
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
  .max(REPLY_LENGTH, `Use at most ${REPLY_LENGTH} characters for the text.`)
  .refine((text) => text.trim() !== "", "Enter the text.");

export const addReplyInput = z.strictObject({ shortcut, body });
export type AddReply = z.infer<typeof addReplyInput>;

const replyId = z.uuid("This is not the id of a reply.");

export const editReplyInput = z.strictObject({ replyId, shortcut, body });
export type EditReply = z.infer<typeof editReplyInput>;

export const replyInput = z.strictObject({ replyId });
export type ReplyInput = z.infer<typeof replyInput>;
