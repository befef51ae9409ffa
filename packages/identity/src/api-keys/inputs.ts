import { z } from "zod";
import { nameInput, roleInput } from "../team/inputs.ts";

export const createApiKeyInput = z.strictObject({
  name: nameInput,
  role: roleInput,
  /** Null for one that lasts until it is revoked. */
  days: z
    .int("Choose a number of days.")
    .min(1, "Choose at least one day.")
    .max(3_650, "Choose at most ten years, or no end.")
    .nullable(),
});
export type CreateApiKeyInput = z.infer<typeof createApiKeyInput>;

export const revokeApiKeyInput = z.strictObject({ keyId: z.uuid("This is not the id of an API key.") });
export type RevokeApiKeyInput = z.infer<typeof revokeApiKeyInput>;
