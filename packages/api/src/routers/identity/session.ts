import { getProfile } from "@waystation/identity/profile/get-profile";
import { publicProcedure, router } from "../../trpc.ts";

export const sessionRouter = router({
  me: publicProcedure.query(({ ctx }) => getProfile(ctx.visit)),
});
