import { connectTwilioSender } from "@waystation/whatsapp/connections/connect";
import { testCredentials } from "@waystation/whatsapp/connections/credentials/test-mode";
import { disconnectSender } from "@waystation/whatsapp/connections/disconnect";
import { checkConnection } from "@waystation/whatsapp/connections/health/check-connection";
import {
  addSharedKeyInput,
  connectInput,
  connectionInput,
  credentialsInput,
  removeSharedKeyInput,
  showTypingInput,
} from "@waystation/whatsapp/connections/inputs";
import { listConnectionStatus } from "@waystation/whatsapp/connections/list-connections";
import { addSharedKey } from "@waystation/whatsapp/connections/shared-keys/add-shared-key";
import { removeSharedKey } from "@waystation/whatsapp/connections/shared-keys/remove-shared-key";
import { showTyping } from "@waystation/whatsapp/connections/show-typing";
import { verifyCredentials } from "@waystation/whatsapp/connections/verify";
import * as schemas from "../rest/connection-schemas.ts";
import { adminProcedure, memberProcedure, router } from "../trpc.ts";

export const twilioWhatsAppRouter = router({
  verify: adminProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/verify",
        about: "Twilio",
        summary: "Check credentials at Twilio, and see what they open",
        description: "Saves nothing.",
        answer: schemas.verificationSchema,
      },
    })
    .input(credentialsInput)
    .mutation(({ ctx, input }) => verifyCredentials(ctx.domain, input)),
  connect: adminProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/connect",
        about: "Twilio",
        summary: "Connect a sender or a Messaging Service",
        description:
          "Checks the credentials again at Twilio, and keeps them sealed: no answer ever holds them.",
        answer: schemas.connectedSchema,
      },
    })
    .input(connectInput)
    .mutation(({ ctx, input }) => connectTwilioSender(ctx.domain, input)),
  status: memberProcedure
    .meta({
      rest: {
        method: "GET",
        path: "/api/integrations/twilio-whatsapp/connect",
        about: "Twilio",
        summary: "List the connections with their health",
        answer: schemas.connectionsSchema,
      },
    })
    .query(({ ctx }) => listConnectionStatus(ctx.domain)),
  check: adminProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/check",
        about: "Twilio",
        summary: "Ask Twilio again how a connection fares",
        answer: schemas.connectionSchema,
      },
    })
    .input(connectionInput)
    .mutation(({ ctx, input }) => checkConnection(ctx.domain, input)),
  showTyping: adminProcedure
    .input(showTypingInput)
    .mutation(({ ctx, input }) => showTyping(ctx.domain, input)),
  disconnect: adminProcedure
    .meta({
      rest: {
        method: "DELETE",
        path: "/api/integrations/twilio-whatsapp/connect",
        about: "Twilio",
        summary: "Disconnect, and keep the history",
        description:
          "Erases the credentials and puts the sender's webhook settings back, if they are still ours.",
        answer: schemas.disconnectedSchema,
      },
    })
    .input(connectionInput)
    .mutation(({ ctx, input }) => disconnectSender(ctx.domain, input)),
  addSharedKey: adminProcedure
    .meta({
      rest: {
        method: "POST",
        path: "/api/integrations/twilio-whatsapp/shared-keys",
        about: "Twilio",
        summary: "Add a shared key that Twilio signs this connection's webhooks with",
        description:
          "Use it when a Webhook Rule of the Twilio account signs with a shared key. Keeps the secret sealed: no response ever holds it. At most four keys for each connection.",
        answer: schemas.connectionSchema,
      },
    })
    .input(addSharedKeyInput)
    .mutation(({ ctx, input }) => addSharedKey(ctx.domain, input)),
  removeSharedKey: adminProcedure
    .meta({
      rest: {
        method: "DELETE",
        path: "/api/integrations/twilio-whatsapp/shared-keys",
        about: "Twilio",
        summary: "Remove a shared key",
        description: "Webhooks that Twilio signs with it are rejected from then on.",
        answer: schemas.connectionSchema,
      },
    })
    .input(removeSharedKeyInput)
    .mutation(({ ctx, input }) => removeSharedKey(ctx.domain, input)),
  testCredentials: adminProcedure.query(({ ctx }) => testCredentials(ctx.domain)),
});
