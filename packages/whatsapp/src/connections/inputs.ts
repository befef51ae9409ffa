import { z } from "zod";

const typed = z.string().max(500, "This is too long.");

export const credentialsInput = z.strictObject({
  mode: z.enum(["live", "test"]),
  accountSid: typed,
  /** Optional so that an API key alone is rejected with a specific reason. */
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
export type ShowTypingInput = z.infer<typeof showTypingInput>;

const sharedKeyId = z
  .string()
  .trim()
  .min(1, "Enter the ID of the shared key.")
  .max(100, "This is too long for the ID of a shared key.")
  .regex(/^[\w.-]*$/, "The ID of a shared key has no spaces. It begins with webhooks_sharedkey_.")
  .refine((id) => !/^webhooks_(?!sharedkey_)/.test(id), {
    message: "This is the ID of something else. The ID of a shared key begins with webhooks_sharedkey_.",
  });

export const addSharedKeyInput = connectionInput.extend({
  /** Twilio's id of the key, as in the header of its webhooks: `webhooks_sharedkey_…`. */
  keyId: sharedKeyId,
  secret: z
    .string()
    .trim()
    .min(8, "This is too short for the secret of a shared key.")
    .max(500, "This is too long for the secret of a shared key.")
    .regex(/^[\x20-\x7e]*$/, "The secret has a character that Twilio does not use. Copy it again.")
    .refine((secret) => !secret.startsWith("webhooks_"), {
      message: "This is an ID. Twilio shows the secret once, when you create the key.",
    }),
  algorithm: z.enum(["HMAC_SHA1", "HMAC_SHA256"], { error: "Choose HMAC_SHA1 or HMAC_SHA256." }),
});
export type AddSharedKeyInput = z.infer<typeof addSharedKeyInput>;

export const removeSharedKeyInput = connectionInput.extend({ keyId: sharedKeyId });
export type RemoveSharedKeyInput = z.infer<typeof removeSharedKeyInput>;
