import { z } from "zod";

export const CONTACT_NOTE_LENGTH = 4_000;

export const contactInput = z.strictObject({ conversationId: z.uuid() });
export type ContactInput = z.infer<typeof contactInput>;

export const saveContactNoteInput = contactInput.extend({
  /** Empty for nothing. */
  body: z.string().max(CONTACT_NOTE_LENGTH, `Use at most ${CONTACT_NOTE_LENGTH} characters.`),
  /** When the text that was changed here had been saved; null for none. */
  since: z.iso.datetime().nullable(),
});
export type SaveContactNote = z.infer<typeof saveContactNoteInput>;
