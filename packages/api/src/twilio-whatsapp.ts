import { check } from "@waystation/whatsapp/connections/check";
import { connect } from "@waystation/whatsapp/connections/connect";
import { disconnect } from "@waystation/whatsapp/connections/disconnect";
import {
  connectInput,
  connectionInput,
  credentialsInput,
  showTypingInput,
} from "@waystation/whatsapp/connections/inputs";
import { showTyping } from "@waystation/whatsapp/connections/show-typing";
import { status } from "@waystation/whatsapp/connections/status";
import { testCredentials } from "@waystation/whatsapp/connections/test-mode";
import { verify } from "@waystation/whatsapp/connections/verify";
import { admin, member, router } from "./trpc.ts";

export const twilioWhatsApp = router({
  verify: admin.input(credentialsInput).mutation(({ ctx, input }) => verify(ctx.domain, input)),
  connect: admin.input(connectInput).mutation(({ ctx, input }) => connect(ctx.domain, input)),
  status: member.query(({ ctx }) => status(ctx.domain)),
  check: admin.input(connectionInput).mutation(({ ctx, input }) => check(ctx.domain, input)),
  showTyping: admin.input(showTypingInput).mutation(({ ctx, input }) => showTyping(ctx.domain, input)),
  disconnect: admin.input(connectionInput).mutation(({ ctx, input }) => disconnect(ctx.domain, input)),
  testCredentials: admin.query(({ ctx }) => testCredentials(ctx.domain)),
});
