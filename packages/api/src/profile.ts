import { updateProfileInput } from "@waystation/whatsapp/profile/inputs";
import { updateProfile } from "@waystation/whatsapp/profile/update";
import { person, router } from "./trpc.ts";

export const profile = router({
  update: person.input(updateProfileInput).mutation(({ ctx, input }) => updateProfile(ctx.self, input)),
});
