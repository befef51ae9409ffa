import type { QueryClient, QueryFilters } from "@tanstack/react-query";

/**
 * A first answer that is still on its way may be older than the change, and is not asked for a second time by
 * `invalidateQueries`: it is once it is there.
 */
export function refetchQueries(queryClient: QueryClient, filter: QueryFilters): Promise<void> {
  for (const query of queryClient.getQueryCache().findAll({ ...filter, fetchStatus: "fetching" })) {
    if (query.state.data !== undefined) continue;
    const ask = () => queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
    // Where it failed, its retry asks.
    query.promise?.then(ask, () => {});
  }
  return queryClient.invalidateQueries(filter);
}
