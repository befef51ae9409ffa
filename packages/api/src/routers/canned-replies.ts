import {
  addCannedReplyInput,
  cannedReplyInput,
  editCannedReplyInput,
} from "@waystation/whatsapp/canned-replies/inputs";
import { listCannedReplies } from "@waystation/whatsapp/canned-replies/list-canned-replies";
import {
  addCannedReply,
  deleteCannedReply,
  editCannedReply,
} from "@waystation/whatsapp/canned-replies/save-canned-reply";
import { adminProcedure, memberProcedure, router } from "../trpc.ts";

export const repliesRouter = router({
  list: memberProcedure.query(({ ctx }) => listCannedReplies(ctx.domain)),
  add: adminProcedure
    .input(addCannedReplyInput)
    .mutation(({ ctx, input }) => addCannedReply(ctx.domain, input)),
  edit: adminProcedure
    .input(editCannedReplyInput)
    .mutation(({ ctx, input }) => editCannedReply(ctx.domain, input)),
  delete: adminProcedure
    .input(cannedReplyInput)
    .mutation(({ ctx, input }) => deleteCannedReply(ctx.domain, input)),
});
