import { z } from "zod";
import { emailInput, passwordInput } from "../team/inputs.ts";

const token = z.string("Open the link again: its token is missing.").trim().max(200);

export const requestPasswordResetInput = z.strictObject({ email: emailInput });
export type RequestResetInput = z.infer<typeof requestPasswordResetInput>;

export const resetOfferInput = z.strictObject({ token });
export type ResetOfferInput = z.infer<typeof resetOfferInput>;

export const resetPasswordInput = z.strictObject({
  token,
  password: passwordInput,
  /** Where the address has several accounts. */
  accountId: z.uuid("This is not the id of an account.").optional(),
});
export type ResetPasswordInput = z.infer<typeof resetPasswordInput>;
