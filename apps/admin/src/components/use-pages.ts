import { useEffect, useState } from "react";

interface PagedQuery {
  data: { pages: readonly unknown[] } | undefined;
  isFetching: boolean;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  fetchNextPage(): Promise<{ isError: boolean }>;
  fetchPreviousPage(): Promise<{ isError: boolean }>;
}

interface FurtherPage {
  /** From the call of `load` until the page is there, or did not come. */
  isLoading: boolean;
  load(): void;
}

/**
 * Loads further pages of a list that live changes fetch again. `fetchNextPage` cancels a fetch that is under way, and with it the
 * change; the fetch after a change cancels that of a page. So a page waits for other fetches, and is fetched again after them.
 */
export function usePages(query: PagedQuery): { next: FurtherPage; previous: FurtherPage } {
  return {
    next: useFurtherPage(query, query.hasNextPage, query.fetchNextPage),
    previous: useFurtherPage(query, query.hasPreviousPage, query.fetchPreviousPage),
  };
}

function useFurtherPage(
  { data, isFetching }: PagedQuery,
  exists: boolean,
  fetchPage: PagedQuery["fetchNextPage"],
): FurtherPage {
  const count = data?.pages.length ?? 0;
  const [wanted, setWanted] = useState(0);
  const isWanted = exists && wanted > count;
  useEffect(() => {
    if (wanted > 0 && !isWanted) setWanted(0);
    else if (isWanted && !isFetching)
      void fetchPage().then(({ isError }) => {
        if (isError) setWanted(0);
      });
  }, [wanted, isWanted, isFetching, fetchPage]);
  return { isLoading: isWanted, load: () => setWanted(count + 1) };
}
