import {
  conversationInput,
  listMessagesInput,
  messageInput,
  sendMessageInput,
} from "@waystation/whatsapp/inbox/inputs";
import { listMessages } from "@waystation/whatsapp/inbox/messages/list-messages";
import { messageTimeline } from "@waystation/whatsapp/inbox/messages/message-details";
import { sendMessage } from "@waystation/whatsapp/inbox/sending/send-message";
import { sendTypingIndicator } from "@waystation/whatsapp/inbox/sending/send-typing";
import * as schemas from "../rest/conversation-schemas.ts";
import { memberProcedure, router } from "../trpc.ts";

export const messagesRouter = router({
  list: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations/{conversationId}/messages",
        about: "Inbox",
        summary: "List its messages, newest first",
        answer: schemas.messagesSchema,
      },
    })
    .input(listMessagesInput)
    .query(({ ctx, input }) => listMessages(ctx.domain, input)),
  timeline: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations/{conversationId}/messages/{messageId}/timeline",
        about: "Inbox",
        summary: "Read what Twilio said of one sent message",
        answer: schemas.timelineSchema,
      },
    })
    .input(messageInput)
    .query(({ ctx, input }) => messageTimeline(ctx.domain, input)),
  send: memberProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/messages",
        about: "Inbox",
        summary: "Send a message",
        description:
          "The same `clientKey` again answers the same message and sends nothing, so a request that was lost can be repeated.",
        answer: schemas.messageSchema,
      },
    })
    .input(sendMessageInput)
    .mutation(({ ctx, input }) => sendMessage(ctx.domain, input)),
  typing: memberProcedure
    .input(conversationInput)
    .mutation(({ ctx, input }) => sendTypingIndicator(ctx.domain, input)),
});
