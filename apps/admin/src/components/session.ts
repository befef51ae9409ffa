import { useSuspenseQuery } from "@tanstack/react-query";
import { type Me, queryClient, trpc } from "../trpc.ts";

const meOptions = () => trpc.session.me.queryOptions(undefined, { staleTime: 60_000 });

export const loadMe = () => queryClient.ensureQueryData(meOptions());

/** Asks anew who is signed in: after signing in, joining, or a change of name. */
export const reloadMe = () => queryClient.fetchQuery({ ...meOptions(), staleTime: 0 });

export const useAccount = () => useSuspenseQuery(meOptions()).data;

/** Who is signed in, with the organisation that is open. Only under the desk, which lets nobody else in. */
export function useMe() {
  const me = useAccount();
  if (!me?.organization) throw new Error("rendered outside of the desk");
  return me as Me & { organization: NonNullable<Me["organization"]> };
}

/** Why this member may not do what only owners and admins may; null when allowed. */
export function useWhyNotAdmin(what: string): string | null {
  const { organization } = useMe();
  return organization.role === "member" ? `Only owners and admins can ${what}. Ask one of them.` : null;
}
