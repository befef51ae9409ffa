import { me } from "@waystation/whatsapp/profile/me";
import { anyone, router } from "./trpc.ts";

export const session = router({
  me: anyone.query(({ ctx }) => me(ctx.visit)),
});
