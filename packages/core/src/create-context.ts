import type { Context, ContextActor, Installation } from "./context.ts";

/** What a verb is given: the platform as somebody sees it who acts for one organisation. */
export function createContext(
  platform: Installation,
  organizationId: string,
  actor: ContextActor,
  ip: string | null,
): Context {
  const { db, query, queryUnprepared } = platform;
  return {
    ...platform,
    ...platform.within({ organizationId, userId: actor.userId }),
    installation: { db, query, queryUnprepared },
    organizationId,
    ids: platform.publicIds(organizationId),
    actor,
    ip,
  };
}
