import { z } from "zod";

const typed = z.string().max(500, "This is too long.");

export const credentialsInput = z.strictObject({
  mode: z.enum(["live", "test"]),
  accountSid: typed,
  /** Optional only so that an API key on its own can be refused with the reason. */
  authToken: typed.default(""),
  apiKeySid: typed.optional(),
  apiKeySecret: typed.optional(),
});
export type CredentialsInput = z.infer<typeof credentialsInput>;

export const connectInput = credentialsInput.extend({
  /** `whatsapp:+…`, or the `MG…` SID of a Messaging Service. */
  sender: typed.optional(),
  messagingServiceSid: typed.optional(),
  displayName: z.string().trim().max(80, "Choose a name of at most 80 characters.").optional(),
  configureWebhook: z.boolean().default(false),
});
export type ConnectInput = z.infer<typeof connectInput>;

export const connectionInput = z.strictObject({ connectionId: z.uuid() });
export type ConnectionInput = z.infer<typeof connectionInput>;

export const showTypingInput = connectionInput.extend({ showsTyping: z.boolean() });
export type ShowTyping = z.infer<typeof showTypingInput>;
