import { audit } from "./audit.ts";
import { router } from "./trpc.ts";

export const appRouter = router({ audit });

export type AppRouter = typeof appRouter;
