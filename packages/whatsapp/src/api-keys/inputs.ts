import { z } from "zod";
import { nameInput, roleInput } from "../team/inputs.ts";

export const makeKeyInput = z.strictObject({
  name: nameInput,
  role: roleInput,
  /** Null for one that lasts until it is revoked. */
  days: z
    .int("Choose a number of days.")
    .min(1, "Choose at least one day.")
    .max(3_650, "Choose at most ten years, or no end.")
    .nullable(),
});
export type MakeKey = z.infer<typeof makeKeyInput>;

export const revokeKeyInput = z.strictObject({ keyId: z.uuid("This is not the id of an API key.") });
export type RevokeKey = z.infer<typeof revokeKeyInput>;
