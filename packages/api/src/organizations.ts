import { activateOrganization } from "@waystation/whatsapp/organizations/activate";
import { createOrganization } from "@waystation/whatsapp/organizations/create";
import {
  activateOrganizationInput,
  createOrganizationInput,
  requireSecondFactorInput,
} from "@waystation/whatsapp/organizations/inputs";
import { requireSecondFactor } from "@waystation/whatsapp/organizations/require-second-factor";
import { arriving, owner, person, router } from "./trpc.ts";

export const organizations = router({
  create: person
    .input(createOrganizationInput)
    .mutation(({ ctx, input }) => createOrganization(ctx.self, input)),
  activate: arriving
    .input(activateOrganizationInput)
    .mutation(({ ctx, input }) => activateOrganization(ctx.self, input)),
  requireSecondFactor: owner
    .input(requireSecondFactorInput)
    .mutation(({ ctx, input }) => requireSecondFactor(ctx.domain, input)),
});
