import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { notesQuery, type ThreadNote } from "../queries.ts";

/** The notes among the messages that are there, oldest first. `from` is when the oldest of those came; null when nothing is older. */
export function useNotes(conversationId: string, from: string | null): ThreadNote[] {
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(notesQuery(conversationId));
  const notes = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const oldest = notes.at(-1)?.createdAt;
  const reaches = from !== null && oldest !== undefined && oldest < from;
  useEffect(() => {
    if (hasNextPage && !reaches && !isFetching) void fetchNextPage();
  }, [hasNextPage, reaches, isFetching, fetchNextPage]);
  return useMemo(
    () => notes.filter((note) => from === null || note.createdAt > from).toReversed(),
    [notes, from],
  );
}
