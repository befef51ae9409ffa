import { z } from "zod";
import { nameInput } from "../team/inputs.ts";

export const createOrganizationInput = z.strictObject({ name: nameInput });
export type CreateOrganization = z.infer<typeof createOrganizationInput>;

export const activateOrganizationInput = z.strictObject({
  organizationId: z.uuid("This is not the id of an organisation."),
});
export type ActivateOrganization = z.infer<typeof activateOrganizationInput>;

export const requireSecondFactorInput = z.strictObject({ isRequired: z.boolean("Say yes or no.") });
export type RequireSecondFactor = z.infer<typeof requireSecondFactorInput>;
