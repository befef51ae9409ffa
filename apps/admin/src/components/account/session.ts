import { useSuspenseQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { queryClient, type SessionUser, trpc } from "../../trpc.ts";

const meOptions = () => trpc.session.me.queryOptions(undefined, { staleTime: 60_000 });

/** Known at once, and asked anew in passing: who was removed or has another role sees it with the next move. */
export const loadSession = () =>
  queryClient.ensureQueryData({ ...meOptions(), staleTime: 0, revalidateIfStale: true });

/** Asks anew who is signed in: after signing in, joining, or a change of name. */
export const reloadSession = () => queryClient.fetchQuery({ ...meOptions(), staleTime: 0 });

export const useSignedInUser = () => useSuspenseQuery(meOptions()).data;

export type SessionProfile = SessionUser & { organization: NonNullable<SessionUser["organization"]> };
const MeContext = createContext<SessionProfile | null>(null);
export const SessionProvider = MeContext.Provider;

/** Who is signed in, with the organisation that is open. Only under the desk, which lets nobody else in. */
export function useSession(): SessionProfile {
  const me = useContext(MeContext);
  if (!me) throw new Error("rendered outside of the desk");
  return me;
}

/** Why this member may not do what only owners and admins may; null when allowed. */
export function useAdminRequiredReason(what: string): string | null {
  const { organization } = useSession();
  return organization.role === "member" ? `Only owners and admins can ${what}. Ask one of them.` : null;
}
