import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/** Fetches the matching queries again. A first response on its way may be older than the change: its query is fetched after it. */
export function refetchQueries(queryClient: QueryClient, filter: QueryFilters): Promise<void> {
  refetchAfterResponse(queryClient, {
    ...filter,
    predicate: (query) => query.state.data === undefined && (filter.predicate?.(query) ?? true),
  });
  return queryClient.invalidateQueries(filter);
}

/**
 * Fetches those queries again whose response is on its way, as soon as it is there: it may be older than what the cache was just
 * set to, and would replace it. `invalidateQueries` does not do that for a query without data.
 */
export function refetchAfterResponse(queryClient: QueryClient, filter: QueryFilters): void {
  for (const query of queryClient.getQueryCache().findAll({ ...filter, fetchStatus: "fetching" })) {
    const refetch = () => queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
    // A failed or cancelled request is followed by a newer one.
    query.promise?.then(refetch, () => {});
  }
}
