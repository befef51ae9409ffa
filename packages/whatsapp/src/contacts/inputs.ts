import { z } from "zod";

export const MAX_CONTACT_NOTE_LENGTH = 4_000;

export const getContactInput = z.strictObject({ conversationId: z.uuid() });
export type GetContactInput = z.infer<typeof getContactInput>;

export const saveContactNoteInput = getContactInput.extend({
  /** Empty to delete the note. */
  body: z.string().max(MAX_CONTACT_NOTE_LENGTH, `Use at most ${MAX_CONTACT_NOTE_LENGTH} characters.`),
  /** When the edited version was saved; null if there was no note. */
  since: z.iso.datetime().nullable(),
});
export type SaveContactNoteInput = z.infer<typeof saveContactNoteInput>;
