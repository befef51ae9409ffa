import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";

/** As many as whoever is at the beginning may soon see. */
const KEPT = 2;

/**
 * Forgets what was loaded further down: with every change a list asks for all of its pages anew, one after the other. Scrolling
 * loads them again.
 */
export function keepFirstPages(queryClient: QueryClient, queryKey: QueryKey): void {
  const { data, fetchStatus } = queryClient.getQueryState<InfiniteData<unknown>>(queryKey) ?? {};
  // What is on its way would bring them back.
  if (!data || data.pages.length <= KEPT || fetchStatus === "fetching") return;
  queryClient.setQueryData<InfiniteData<unknown>>(queryKey, {
    pages: data.pages.slice(0, KEPT),
    pageParams: data.pageParams.slice(0, KEPT),
  });
}
