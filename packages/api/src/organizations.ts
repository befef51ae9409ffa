import { activateOrganization } from "@waystation/whatsapp/organizations/activate";
import { createOrganization } from "@waystation/whatsapp/organizations/create";
import {
  activateOrganizationInput,
  createOrganizationInput,
} from "@waystation/whatsapp/organizations/inputs";
import { person, router } from "./trpc.ts";

export const organizations = router({
  create: person
    .input(createOrganizationInput)
    .mutation(({ ctx, input }) => createOrganization(ctx.self, input)),
  activate: person
    .input(activateOrganizationInput)
    .mutation(({ ctx, input }) => activateOrganization(ctx.self, input)),
});
