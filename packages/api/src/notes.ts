import { addNote } from "@waystation/whatsapp/notes/add-note";
import { deleteNote, editNote } from "@waystation/whatsapp/notes/edit-note";
import { addNoteInput, editNoteInput, listNotesInput, noteInput } from "@waystation/whatsapp/notes/inputs";
import { listNotes } from "@waystation/whatsapp/notes/list-notes";
import { member, router } from "./trpc.ts";

export const notes = router({
  list: member.input(listNotesInput).query(({ ctx, input }) => listNotes(ctx.domain, input)),
  add: member.input(addNoteInput).mutation(({ ctx, input }) => addNote(ctx.domain, input)),
  edit: member.input(editNoteInput).mutation(({ ctx, input }) => editNote(ctx.domain, input)),
  delete: member.input(noteInput).mutation(({ ctx, input }) => deleteNote(ctx.domain, input)),
});
