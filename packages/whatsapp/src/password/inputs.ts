import { z } from "zod";
import { emailInput, passwordInput } from "../team/inputs.ts";

const token = z.string("Open the link again: its token is missing.").trim().max(200);

export const requestResetInput = z.strictObject({ email: emailInput });
export type RequestReset = z.infer<typeof requestResetInput>;

export const resetOfferInput = z.strictObject({ token });
export type ResetOffer = z.infer<typeof resetOfferInput>;

export const resetPasswordInput = z.strictObject({
  token,
  password: passwordInput,
  /** Where the address has several accounts. */
  accountId: z.uuid("This is not the id of an account.").optional(),
});
export type ResetPassword = z.infer<typeof resetPasswordInput>;
