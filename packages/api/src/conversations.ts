import { assign } from "@waystation/whatsapp/inbox/assign";
import { conversationChanges } from "@waystation/whatsapp/inbox/changes";
import { countUnread } from "@waystation/whatsapp/inbox/count-unread";
import { getConversation } from "@waystation/whatsapp/inbox/get-conversation";
import {
  assignInput,
  changesInput,
  conversationInput,
  listConversationsInput,
} from "@waystation/whatsapp/inbox/inputs";
import { listConversations } from "@waystation/whatsapp/inbox/list-conversations";
import { markRead } from "@waystation/whatsapp/inbox/mark-read";
import { reopen, resolve } from "@waystation/whatsapp/inbox/resolve";
import { member, router, streamed } from "./trpc.ts";

export const conversations = router({
  list: member
    .input(listConversationsInput.optional())
    .query(({ ctx, input }) => listConversations(ctx.domain, input ?? {})),
  unread: member.query(({ ctx }) => countUnread(ctx.domain)),
  get: member.input(conversationInput).query(({ ctx, input }) => getConversation(ctx.domain, input)),
  markRead: member.input(conversationInput).mutation(({ ctx, input }) => markRead(ctx.domain, input)),
  resolve: member.input(conversationInput).mutation(({ ctx, input }) => resolve(ctx.domain, input)),
  reopen: member.input(conversationInput).mutation(({ ctx, input }) => reopen(ctx.domain, input)),
  assign: member.input(assignInput).mutation(({ ctx, input }) => assign(ctx.domain, input)),
  changes: member
    .input(changesInput.optional())
    .subscription(({ ctx, signal }) =>
      streamed(conversationChanges(ctx.domain, signal ?? AbortSignal.abort())),
    ),
});
