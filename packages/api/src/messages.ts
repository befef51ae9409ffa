import {
  conversationInput,
  listMessagesInput,
  messageInput,
  sendMessageInput,
} from "@waystation/whatsapp/inbox/inputs";
import { listMessages } from "@waystation/whatsapp/inbox/list-messages";
import { messageTimeline } from "@waystation/whatsapp/inbox/message-details";
import { sendMessage } from "@waystation/whatsapp/inbox/send-message";
import { tellTyping } from "@waystation/whatsapp/inbox/send-typing";
import * as answers from "./response-schemas.ts";
import { member, router } from "./trpc.ts";

export const messages = router({
  list: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations/{conversationId}/messages",
        about: "Inbox",
        summary: "List its messages, newest first",
        answer: answers.messages,
      },
    })
    .input(listMessagesInput)
    .query(({ ctx, input }) => listMessages(ctx.domain, input)),
  timeline: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/conversations/{conversationId}/messages/{messageId}/timeline",
        about: "Inbox",
        summary: "Read what Twilio said of one sent message",
        answer: answers.timeline,
      },
    })
    .input(messageInput)
    .query(({ ctx, input }) => messageTimeline(ctx.domain, input)),
  send: member
    .meta({
      rest: {
        method: "POST",
        path: "/api/conversations/{conversationId}/messages",
        about: "Inbox",
        summary: "Send a message",
        description:
          "The same `clientKey` again answers the same message and sends nothing, so a request that was lost can be repeated.",
        answer: answers.message,
      },
    })
    .input(sendMessageInput)
    .mutation(({ ctx, input }) => sendMessage(ctx.domain, input)),
  typing: member.input(conversationInput).mutation(({ ctx, input }) => tellTyping(ctx.domain, input)),
});
