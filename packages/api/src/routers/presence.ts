import { conversationInput, publishPresenceInput } from "@waystation/whatsapp/inbox/inputs";
import { listPresentUsers, publishPresence } from "@waystation/whatsapp/inbox/presence";
import { memberProcedure, router } from "../trpc.ts";

export const presenceRouter = router({
  tell: memberProcedure
    .input(publishPresenceInput)
    .mutation(({ ctx, input }) => publishPresence(ctx.domain, input)),
  list: memberProcedure
    .input(conversationInput)
    .query(({ ctx, input }) => listPresentUsers(ctx.domain, input)),
});
