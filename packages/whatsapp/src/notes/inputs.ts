import { cursorInput } from "@waystation/core/paging/inputs";
import { z } from "zod";

const conversationId = z.uuid();
const noteId = z.uuid("This is not the id of a note.");

export const MAX_NOTE_LENGTH = 5_000;

const body = z
  .string()
  .max(MAX_NOTE_LENGTH, `A note has at most ${MAX_NOTE_LENGTH} characters.`)
  .refine((text) => text.trim() !== "", "Write something first.");
/** The users that the note mentions. Users who left the team are ignored. */
const mentions = z.array(z.uuid()).max(50, "Mention at most 50 people.").optional();

export const listNotesInput = z.strictObject({
  conversationId,
  cursor: cursorInput.optional(),
  limit: z.int().min(1).max(100).optional(),
});
export type ListNotesInput = z.infer<typeof listNotesInput>;

export const addNoteInput = z.strictObject({
  conversationId,
  /** Missing in requests from consoles that were opened before an update added it. */
  clientKey: z.string().min(8, "The key of a note needs at least 8 characters.").max(100).optional(),
  body,
  mentions,
});
export type AddNoteInput = z.infer<typeof addNoteInput>;

export const editNoteInput = z.strictObject({ conversationId, noteId, body, mentions });
export type EditNoteInput = z.infer<typeof editNoteInput>;

export const noteInput = z.strictObject({ conversationId, noteId });
export type NoteInput = z.infer<typeof noteInput>;
