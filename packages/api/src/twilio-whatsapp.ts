import { addSharedKey } from "@waystation/whatsapp/connections/add-shared-key";
import { check } from "@waystation/whatsapp/connections/check";
import { connect } from "@waystation/whatsapp/connections/connect";
import { disconnect } from "@waystation/whatsapp/connections/disconnect";
import {
  addSharedKeyInput,
  connectInput,
  connectionInput,
  credentialsInput,
  removeSharedKeyInput,
  showTypingInput,
} from "@waystation/whatsapp/connections/inputs";
import { removeSharedKey } from "@waystation/whatsapp/connections/remove-shared-key";
import { showTyping } from "@waystation/whatsapp/connections/show-typing";
import { status } from "@waystation/whatsapp/connections/status";
import { testCredentials } from "@waystation/whatsapp/connections/test-mode";
import { verify } from "@waystation/whatsapp/connections/verify";
import * as answers from "./response-schemas.ts";
import { admin, member, router } from "./trpc.ts";

export const twilioWhatsApp = router({
  verify: admin
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/verify",
        about: "Twilio",
        summary: "Check credentials at Twilio, and see what they open",
        description: "Saves nothing.",
        answer: answers.verification,
      },
    })
    .input(credentialsInput)
    .mutation(({ ctx, input }) => verify(ctx.domain, input)),
  connect: admin
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/connect",
        about: "Twilio",
        summary: "Connect a sender or a Messaging Service",
        description:
          "Checks the credentials again at Twilio, and keeps them sealed: no answer ever holds them.",
        answer: answers.connected,
      },
    })
    .input(connectInput)
    .mutation(({ ctx, input }) => connect(ctx.domain, input)),
  status: member
    .meta({
      rest: {
        method: "GET",
        path: "/api/integrations/twilio-whatsapp/connect",
        about: "Twilio",
        summary: "List the connections with their health",
        answer: answers.connections,
      },
    })
    .query(({ ctx }) => status(ctx.domain)),
  check: admin
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/check",
        about: "Twilio",
        summary: "Ask Twilio again how a connection fares",
        answer: answers.connection,
      },
    })
    .input(connectionInput)
    .mutation(({ ctx, input }) => check(ctx.domain, input)),
  showTyping: admin.input(showTypingInput).mutation(({ ctx, input }) => showTyping(ctx.domain, input)),
  disconnect: admin
    .meta({
      rest: {
        method: "DELETE",
        path: "/api/integrations/twilio-whatsapp/connect",
        about: "Twilio",
        summary: "Disconnect, and keep the history",
        description:
          "Erases the credentials and puts the sender's webhook settings back, if they are still ours.",
        answer: answers.disconnected,
      },
    })
    .input(connectionInput)
    .mutation(({ ctx, input }) => disconnect(ctx.domain, input)),
  addSharedKey: admin
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/shared-keys",
        about: "Twilio",
        summary: "Add a shared key that Twilio signs this connection's webhooks with",
        description:
          "Use it when a Webhook Rule of the Twilio account signs with a shared key. Keeps the secret sealed: no response ever holds it. At most four keys for each connection.",
        answer: answers.connection,
      },
    })
    .input(addSharedKeyInput)
    .mutation(({ ctx, input }) => addSharedKey(ctx.domain, input)),
  removeSharedKey: admin
    .meta({
      rest: {
        method: "DELETE",
        path: "/api/integrations/twilio-whatsapp/shared-keys",
        about: "Twilio",
        summary: "Remove a shared key",
        description: "Webhooks that Twilio signs with it are rejected from then on.",
        answer: answers.connection,
      },
    })
    .input(removeSharedKeyInput)
    .mutation(({ ctx, input }) => removeSharedKey(ctx.domain, input)),
  testCredentials: admin.query(({ ctx }) => testCredentials(ctx.domain)),
});
