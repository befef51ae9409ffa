import { addReplyInput, editReplyInput, replyInput } from "@waystation/whatsapp/replies/inputs";
import { listReplies } from "@waystation/whatsapp/replies/list-replies";
import { addReply, deleteReply, editReply } from "@waystation/whatsapp/replies/save-reply";
import { admin, member, router } from "./trpc.ts";

export const replies = router({
  list: member.query(({ ctx }) => listReplies(ctx.domain)),
  add: admin.input(addReplyInput).mutation(({ ctx, input }) => addReply(ctx.domain, input)),
  edit: admin.input(editReplyInput).mutation(({ ctx, input }) => editReply(ctx.domain, input)),
  delete: admin.input(replyInput).mutation(({ ctx, input }) => deleteReply(ctx.domain, input)),
});
