import { trpc, trpcClient, type WebhookEvent } from "../../trpc.ts";
import { textParam } from "../text-param.ts";

/** The part of the URL that the panel lives in. */
export interface EventSearch {
  kind?: WebhookEvent["kind"];
  outcome?: Outcome;
  q?: string;
  event?: string;
}

export const eventOutcomes = ["unrouted", "rejected"] as const;
type Outcome = (typeof eventOutcomes)[number];

export const eventKinds = ["message", "status", "unknown"] as const;

export function readEventSearch(search: Record<string, unknown>): EventSearch {
  return {
    kind: eventKinds.find((kind) => kind === search.kind),
    outcome: eventOutcomes.find((outcome) => outcome === search.outcome),
    q: textParam(search.q),
    event: textParam(search.event),
  };
}

export function eventsQuery(connectionId: string | undefined, { kind, outcome, q }: EventSearch) {
  // Of a refused webhook nothing is proven, its kind neither.
  const input = {
    connectionId,
    kind: outcome === "rejected" ? undefined : kind,
    outcome,
    search: q,
    limit: 50,
  };
  return {
    queryKey: trpc.events.list.infiniteQueryKey(input),
    // tRPC's own infinite options add a `direction`, which the strict input refuses.
    queryFn: ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) =>
      trpcClient.events.list.query({ ...input, cursor: pageParam ?? undefined }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: { nextCursor: string | null }) => page.nextCursor,
  };
}
