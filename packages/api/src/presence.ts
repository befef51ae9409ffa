import { conversationInput, tellPresenceInput } from "@waystation/whatsapp/inbox/inputs";
import { listPresent, tellPresence } from "@waystation/whatsapp/inbox/present";
import { member, router } from "./trpc.ts";

export const presence = router({
  tell: member.input(tellPresenceInput).mutation(({ ctx, input }) => tellPresence(ctx.domain, input)),
  list: member.input(conversationInput).query(({ ctx, input }) => listPresent(ctx.domain, input)),
});
