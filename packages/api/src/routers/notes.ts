import { addNote } from "@waystation/whatsapp/notes/add-note";
import { deleteNote, editNote } from "@waystation/whatsapp/notes/edit-note";
import { addNoteInput, editNoteInput, listNotesInput, noteInput } from "@waystation/whatsapp/notes/inputs";
import { listNotes } from "@waystation/whatsapp/notes/list-notes";
import { memberProcedure, router } from "../trpc.ts";

export const notesRouter = router({
  list: memberProcedure.input(listNotesInput).query(({ ctx, input }) => listNotes(ctx.domain, input)),
  add: memberProcedure.input(addNoteInput).mutation(({ ctx, input }) => addNote(ctx.domain, input)),
  edit: memberProcedure.input(editNoteInput).mutation(({ ctx, input }) => editNote(ctx.domain, input)),
  delete: memberProcedure.input(noteInput).mutation(({ ctx, input }) => deleteNote(ctx.domain, input)),
});
