import { z } from "zod";
import { passwordInput } from "../team/inputs.ts";

/** Of the app, or one of the backup codes; which of them, and whether it is right, the verb says. */
const code = z.string("Enter the code.").trim().min(1, "Enter the code.").max(100, "This is not a code.");
const password = passwordInput.min(1, "Enter your password.");

export const beginSecondFactorInput = z.strictObject({ password });
export type BeginSecondFactorInput = z.infer<typeof beginSecondFactorInput>;

export const confirmSecondFactorInput = z.strictObject({ code });
export type ConfirmSecondFactorInput = z.infer<typeof confirmSecondFactorInput>;

/** For what takes both again. */
export const reauthenticationInput = z.strictObject({ password, code });
export type ReauthenticationInput = z.infer<typeof reauthenticationInput>;
