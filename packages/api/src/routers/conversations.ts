import { assignConversation } from "@waystation/whatsapp/inbox/assign-conversation";
import { subscribeToConversationChanges } from "@waystation/whatsapp/inbox/conversation-changes";
import { countUnread } from "@waystation/whatsapp/inbox/count-unread";
import { getConversation } from "@waystation/whatsapp/inbox/get-conversation";
import {
  assignInput,
  conversationChangesInput,
  conversationInput,
  listConversationsInput,
} from "@waystation/whatsapp/inbox/inputs";
import { listConversations } from "@waystation/whatsapp/inbox/list-conversations";
import { markRead } from "@waystation/whatsapp/inbox/mark-read";
import { reopenConversation, resolveConversation } from "@waystation/whatsapp/inbox/resolve-conversation";
import * as schemas from "../rest/conversation-schemas.ts";
import { memberProcedure, router } from "../trpc.ts";

export const conversationsRouter = router({
  list: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations",
        about: "Inbox",
        summary: "List conversations, the one with the newest message first",
        description:
          "With `search`, those with the newest hit first: in the contact's name or address, where any part is found, or in a message, where whole words are (for the newest messages see `searched.partsSince`). Case, accents, width and invisible marks make no difference, and a telephone number is found however it is written.",
        answer: schemas.conversationsSchema,
      },
    })
    .input(listConversationsInput.optional())
    .query(({ ctx, input }) => listConversations(ctx.domain, input ?? {})),
  unread: memberProcedure.query(({ ctx }) => countUnread(ctx.domain)),
  get: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations/{conversationId}",
        about: "Inbox",
        summary: "Read one conversation with its contact",
        answer: schemas.conversationSchema,
      },
    })
    .input(conversationInput)
    .query(({ ctx, input }) => getConversation(ctx.domain, input)),
  markRead: memberProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/read",
        about: "Inbox",
        summary: "Mark everything in it as read",
        description: "For whoever asks: a key and each person have read what they have read.",
        answer: schemas.unreadSchema,
      },
    })
    .input(conversationInput)
    .mutation(({ ctx, input }) => markRead(ctx.domain, input)),
  resolve: memberProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/resolve",
        about: "Inbox",
        summary: "Take it off the open list until the customer writes again",
        answer: schemas.isOpenSchema,
      },
    })
    .input(conversationInput)
    .mutation(({ ctx, input }) => resolveConversation(ctx.domain, input)),
  reopen: memberProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/reopen",
        about: "Inbox",
        summary: "Put it back on the open list",
        answer: schemas.isOpenSchema,
      },
    })
    .input(conversationInput)
    .mutation(({ ctx, input }) => reopenConversation(ctx.domain, input)),
  assign: memberProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/assign",
        about: "Inbox",
        summary: "Give it to a member of the team, or to nobody",
        answer: schemas.assigneeIdSchema,
      },
    })
    .input(assignInput)
    .mutation(({ ctx, input }) => assignConversation(ctx.domain, input)),
  changes: memberProcedure
    .input(conversationChangesInput.optional())
    .subscription(({ ctx, signal }) =>
      subscribeToConversationChanges(ctx.domain, signal ?? AbortSignal.abort()),
    ),
});
