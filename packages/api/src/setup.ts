import { createOwner } from "@waystation/whatsapp/setup/create-owner";
import { createOwnerInput } from "@waystation/whatsapp/setup/inputs";
import { setupStatus } from "@waystation/whatsapp/setup/status";
import { anyone, router } from "./trpc.ts";

export const setup = router({
  status: anyone.query(({ ctx }) => setupStatus(ctx.visit)),
  createOwner: anyone.input(createOwnerInput).mutation(({ ctx, input }) => createOwner(ctx.visit, input)),
});
