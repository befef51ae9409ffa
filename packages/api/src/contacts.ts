import { getContact } from "@waystation/whatsapp/contacts/get-contact";
import { contactInput, saveContactNoteInput } from "@waystation/whatsapp/contacts/inputs";
import { saveContactNote } from "@waystation/whatsapp/contacts/save-contact-note";
import { member, router } from "./trpc.ts";

export const contacts = router({
  get: member.input(contactInput).query(({ ctx, input }) => getContact(ctx.domain, input)),
  saveNote: member
    .input(saveContactNoteInput)
    .mutation(({ ctx, input }) => saveContactNote(ctx.domain, input)),
});
