import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Outputs } from "../../../../trpc.ts";

type Connected = Pick<Outputs["twilioWhatsApp"]["connect"], "id" | "configured" | "reattached">;
type Restored = Outputs["twilioWhatsApp"]["disconnect"]["restored"];
export type Outcome =
  | { deed: "connected"; configured: Connected["configured"]; reattached: boolean }
  | { deed: "disconnected"; restored: Restored };

const key = (connectionId: string) => ["outcome", connectionId];

/** What connecting or disconnecting did at Twilio: said once on the connection's page, gone with a reload. */
export function rememberConnect(queryClient: QueryClient, { id, configured, reattached }: Connected) {
  queryClient.setQueryData(key(id), { deed: "connected", configured, reattached } satisfies Outcome);
}
export function rememberDisconnect(queryClient: QueryClient, connectionId: string, restored: Restored) {
  queryClient.setQueryData(key(connectionId), { deed: "disconnected", restored } satisfies Outcome);
}

export function useOutcome(connectionId: string) {
  const queryClient = useQueryClient();
  const { data } = useQuery<Outcome | null>({
    queryKey: key(connectionId),
    queryFn: () => null,
    initialData: null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { outcome: data, dismiss: () => queryClient.setQueryData(key(connectionId), null) };
}
