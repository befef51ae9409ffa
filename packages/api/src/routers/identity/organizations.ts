import { activateOrganization } from "@waystation/identity/organizations/activate";
import { createOrganization } from "@waystation/identity/organizations/create";
import {
  activateOrganizationInput,
  createOrganizationInput,
  requireSecondFactorInput,
} from "@waystation/identity/organizations/inputs";
import { requireSecondFactor } from "@waystation/identity/organizations/require-second-factor";
import { ownerProcedure, router, signedInProcedure, userProcedure } from "../../trpc.ts";

export const organizationsRouter = router({
  create: userProcedure
    .input(createOrganizationInput)
    .mutation(({ ctx, input }) => createOrganization(ctx.self, input)),
  activate: signedInProcedure
    .input(activateOrganizationInput)
    .mutation(({ ctx, input }) => activateOrganization(ctx.self, input)),
  requireSecondFactor: ownerProcedure
    .input(requireSecondFactorInput)
    .mutation(({ ctx, input }) => requireSecondFactor(ctx.domain, input)),
});
