import { z } from "zod";
import { nameInput } from "../team/inputs.ts";

export const createOrganizationInput = z.strictObject({ name: nameInput });
export type CreateOrganizationInput = z.infer<typeof createOrganizationInput>;

export const activateOrganizationInput = z.strictObject({
  organizationId: z.uuid("This is not the id of an organisation."),
});
export type ActivateOrganizationInput = z.infer<typeof activateOrganizationInput>;

export const requireSecondFactorInput = z.strictObject({ isRequired: z.boolean("Say yes or no.") });
export type RequireSecondFactorInput = z.infer<typeof requireSecondFactorInput>;
