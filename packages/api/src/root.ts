import { audit } from "./audit.ts";
import { organizations } from "./organizations.ts";
import { profile } from "./profile.ts";
import { session } from "./session.ts";
import { setup } from "./setup.ts";
import { team } from "./team.ts";
import { router } from "./trpc.ts";

export const appRouter = router({ audit, organizations, profile, session, setup, team });

export type AppRouter = typeof appRouter;
