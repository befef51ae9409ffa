import { createOwner } from "@waystation/identity/setup/create-owner";
import { createOwnerInput } from "@waystation/identity/setup/inputs";
import { setupStatus } from "@waystation/identity/setup/status";
import { publicProcedure, router } from "../../trpc.ts";

export const setupRouter = router({
  status: publicProcedure.query(({ ctx }) => setupStatus(ctx.visit)),
  createOwner: publicProcedure
    .input(createOwnerInput)
    .mutation(({ ctx, input }) => createOwner(ctx.visit, input)),
});
