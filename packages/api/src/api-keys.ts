import { makeKeyInput, revokeKeyInput } from "@waystation/whatsapp/api-keys/inputs";
import { listKeys } from "@waystation/whatsapp/api-keys/list-keys";
import { makeKey } from "@waystation/whatsapp/api-keys/make-key";
import { revokeKey } from "@waystation/whatsapp/api-keys/revoke-key";
import { admin, router } from "./trpc.ts";

export const apiKeys = router({
  list: admin.query(({ ctx }) => listKeys(ctx.domain)),
  make: admin.input(makeKeyInput).mutation(({ ctx, input }) => makeKey(ctx.domain, input)),
  revoke: admin.input(revokeKeyInput).mutation(({ ctx, input }) => revokeKey(ctx.domain, input)),
});
