import { createApiKey } from "@waystation/identity/api-keys/create-key";
import { createApiKeyInput, revokeApiKeyInput } from "@waystation/identity/api-keys/inputs";
import { listApiKeys } from "@waystation/identity/api-keys/list-keys";
import { revokeApiKey } from "@waystation/identity/api-keys/revoke-key";
import { adminProcedure, router } from "../../trpc.ts";

export const apiKeysRouter = router({
  list: adminProcedure.query(({ ctx }) => listApiKeys(ctx.domain)),
  make: adminProcedure.input(createApiKeyInput).mutation(({ ctx, input }) => createApiKey(ctx.domain, input)),
  revoke: adminProcedure
    .input(revokeApiKeyInput)
    .mutation(({ ctx, input }) => revokeApiKey(ctx.domain, input)),
});
