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
import * as answers from "./response-schemas.ts";
import { member, router } from "./trpc.ts";

export const conversations = router({
  list: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations",
        about: "Inbox",
        summary: "List conversations, the one with the newest message first",
        description:
          "With `search`, those with the newest hit first: in the contact's name or address, where any part is found, or in a message, where whole words are (for the newest messages see `searched.partsSince`). Case, accents, width and invisible marks make no difference, and a telephone number is found however it is written.",
        answer: answers.conversations,
      },
    })
    .input(listConversationsInput.optional())
    .query(({ ctx, input }) => listConversations(ctx.domain, input ?? {})),
  unread: member.query(({ ctx }) => countUnread(ctx.domain)),
  get: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations/{conversationId}",
        about: "Inbox",
        summary: "Read one conversation with its contact",
        answer: answers.conversation,
      },
    })
    .input(conversationInput)
    .query(({ ctx, input }) => getConversation(ctx.domain, input)),
  markRead: member
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/read",
        about: "Inbox",
        summary: "Mark everything in it as read",
        description: "For whoever asks: a key and each person have read what they have read.",
        answer: answers.unread,
      },
    })
    .input(conversationInput)
    .mutation(({ ctx, input }) => markRead(ctx.domain, input)),
  resolve: member
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/resolve",
        about: "Inbox",
        summary: "Take it off the open list until the customer writes again",
        answer: answers.isOpen,
      },
    })
    .input(conversationInput)
    .mutation(({ ctx, input }) => resolve(ctx.domain, input)),
  reopen: member
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/reopen",
        about: "Inbox",
        summary: "Put it back on the open list",
        answer: answers.isOpen,
      },
    })
    .input(conversationInput)
    .mutation(({ ctx, input }) => reopen(ctx.domain, input)),
  assign: member
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/assign",
        about: "Inbox",
        summary: "Give it to a member of the team, or to nobody",
        answer: answers.assigneeId,
      },
    })
    .input(assignInput)
    .mutation(({ ctx, input }) => assign(ctx.domain, input)),
  changes: member
    .input(changesInput.optional())
    .subscription(({ ctx, signal }) => conversationChanges(ctx.domain, signal ?? AbortSignal.abort())),
});
