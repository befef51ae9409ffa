import { z } from "zod";
import { emailInput, nameInput, passwordInput } from "../team/inputs.ts";

export const createOwnerInput = z.strictObject({
  token: z.string("Enter the setup token.").trim().max(200, "This is not the setup token."),
  name: nameInput,
  email: emailInput,
  password: passwordInput,
  organization: nameInput,
});
export type CreateOwnerInput = z.infer<typeof createOwnerInput>;
