import { requestResetInput, resetOfferInput, resetPasswordInput } from "@waystation/whatsapp/password/inputs";
import { requestReset } from "@waystation/whatsapp/password/request-reset";
import { resetPassword } from "@waystation/whatsapp/password/reset";
import { resetOffer } from "@waystation/whatsapp/password/reset-offer";
import { anyone, router } from "./trpc.ts";

export const password = router({
  requestReset: anyone.input(requestResetInput).mutation(({ ctx, input }) => requestReset(ctx.visit, input)),
  offer: anyone.input(resetOfferInput).query(({ ctx, input }) => resetOffer(ctx.visit, input)),
  reset: anyone.input(resetPasswordInput).mutation(({ ctx, input }) => resetPassword(ctx.visit, input)),
});
