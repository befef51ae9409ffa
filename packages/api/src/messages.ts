import {
  conversationInput,
  listMessagesInput,
  messageInput,
  sendMessageInput,
} from "@waystation/whatsapp/inbox/inputs";
import { listMessages } from "@waystation/whatsapp/inbox/list-messages";
import { messageTimeline } from "@waystation/whatsapp/inbox/message-details";
import { sendMessage } from "@waystation/whatsapp/inbox/send-message";
import { tellTyping } from "@waystation/whatsapp/inbox/tell-typing";
import { member, router } from "./trpc.ts";

export const messages = router({
  list: member.input(listMessagesInput).query(({ ctx, input }) => listMessages(ctx.domain, input)),
  timeline: member.input(messageInput).query(({ ctx, input }) => messageTimeline(ctx.domain, input)),
  send: member.input(sendMessageInput).mutation(({ ctx, input }) => sendMessage(ctx.domain, input)),
  typing: member.input(conversationInput).mutation(({ ctx, input }) => tellTyping(ctx.domain, input)),
});
