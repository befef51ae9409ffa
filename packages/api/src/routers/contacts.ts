import { getContact } from "@waystation/whatsapp/contacts/get-contact";
import { getContactInput, saveContactNoteInput } from "@waystation/whatsapp/contacts/inputs";
import { saveContactNote } from "@waystation/whatsapp/contacts/save-contact-note";
import { memberProcedure, router } from "../trpc.ts";

export const contactsRouter = router({
  get: memberProcedure.input(getContactInput).query(({ ctx, input }) => getContact(ctx.domain, input)),
  saveNote: memberProcedure
    .input(saveContactNoteInput)
    .mutation(({ ctx, input }) => saveContactNote(ctx.domain, input)),
});
