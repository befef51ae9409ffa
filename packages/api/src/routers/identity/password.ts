import { describeResetLink } from "@waystation/identity/password/describe-reset-link";
import {
  requestPasswordResetInput,
  resetOfferInput,
  resetPasswordInput,
} from "@waystation/identity/password/inputs";
import { requestPasswordReset } from "@waystation/identity/password/request-reset";
import { resetPassword } from "@waystation/identity/password/reset-password";
import { publicProcedure, router } from "../../trpc.ts";

export const passwordRouter = router({
  requestReset: publicProcedure
    .input(requestPasswordResetInput)
    .mutation(({ ctx, input }) => requestPasswordReset(ctx.visit, input)),
  offer: publicProcedure
    .input(resetOfferInput)
    .query(({ ctx, input }) => describeResetLink(ctx.visit, input)),
  reset: publicProcedure
    .input(resetPasswordInput)
    .mutation(({ ctx, input }) => resetPassword(ctx.visit, input)),
});
