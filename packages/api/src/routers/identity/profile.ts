import { updateProfileInput } from "@waystation/identity/profile/inputs";
import { updateProfile } from "@waystation/identity/profile/update";
import { router, userProcedure } from "../../trpc.ts";

export const profileRouter = router({
  update: userProcedure
    .input(updateProfileInput)
    .mutation(({ ctx, input }) => updateProfile(ctx.self, input)),
});
