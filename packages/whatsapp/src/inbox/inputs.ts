import { cursorInput } from "@waystation/core/paging/inputs";
import { z } from "zod";

/** Opaque. `ids.decodeCursor` validates it. */
const cursor = cursorInput.optional();
const limit = z.int().min(1).max(100).optional();

export const listConversationsInput = z.strictObject({
  filter: z.enum(["open", "resolved", "all", "mine", "unassigned", "unread", "mentioned"]).optional(),
  /** Only open or only resolved conversations, whatever the filter's default. */
  isOpen: z.boolean().optional(),
  search: z.string().trim().max(200).optional(),
  cursor,
  limit,
});
export type ListConversationsInput = z.infer<typeof listConversationsInput>;

export const conversationInput = z.strictObject({ conversationId: z.uuid() });
export type ConversationInput = z.infer<typeof conversationInput>;

export const messageInput = conversationInput.extend({ messageId: z.uuid() });
export type MessageInput = z.infer<typeof messageInput>;

export const listMessagesInput = conversationInput
  .extend({
    cursor: cursor.describe("Messages older than this one, as `nextCursor` names it."),
    after: cursor.describe("The messages that came right after this one, as `previousCursor` names it."),
    around: z
      .uuid()
      .optional()
      .describe("A page with this message in its middle, as `matchedMessageId` of a search names it."),
    limit,
  })
  .refine(({ cursor, after, around }) => [cursor, after, around].filter(Boolean).length <= 1, {
    path: ["cursor"],
    error: "Use only one of cursor, after and around.",
  });
export type ListMessagesInput = z.infer<typeof listMessagesInput>;

/** Twilio accepts 1,600 characters per WhatsApp message. The console splits longer text into several messages. */
export const MAX_MESSAGE_LENGTH = 1_600;

export const sendMessageInput = conversationInput
  .extend({
    clientKey: z.string().min(8, "The key of a sending needs at least 8 characters.").max(100),
    body: z
      .string()
      .max(MAX_MESSAGE_LENGTH, `A message has at most ${MAX_MESSAGE_LENGTH} characters. Send it in parts.`),
    /** An uploaded file. The body, if any, is its caption. */
    attachmentId: z.uuid().optional(),
    /** Set after the user was told that the contact has opted out. */
    evenThough: z.literal("opted_out").optional(),
  })
  .refine((input) => input.attachmentId !== undefined || input.body.trim() !== "", {
    path: ["body"],
    error: "Write something first.",
  });
export type SendMessageInput = z.infer<typeof sendMessageInput>;

export const assignInput = conversationInput.extend({ userId: z.uuid().nullable() });
export type AssignInput = z.infer<typeof assignInput>;

export const conversationChangesInput = z.strictObject({});

/** Constant for the lifetime of a browser tab. ASCII only, so that its length equals its size in bytes. */
export const tabIdInput = z.string().regex(/^[\w-]{8,40}$/, "This is not the name of a tab.");

export const publishPresenceInput = conversationInput.extend({
  tab: tabIdInput,
  doing: z.enum(["looking", "typing", "away"]),
});
export type PublishPresenceInput = z.infer<typeof publishPresenceInput>;
