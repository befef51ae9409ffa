import type { InfiniteData, QueryClient, QueryKey } from "@tanstack/react-query";

interface Page<Message> {
  items: Message[];
  nextCursor: string | null;
}

/**
 * Puts the confirmed message where its bubble was, so that nothing flickers until the list is asked anew. An answer that is
 * on its way may not have it yet, and is not waited for; what it was asked for may have changed since, so it is asked again.
 */
export async function mergeSentMessage<Message extends { id: string }>(
  queryClient: QueryClient,
  queryKey: QueryKey,
  message: Message,
): Promise<void> {
  const wasAsked = queryClient.isFetching({ queryKey, exact: true }) > 0;
  await queryClient.cancelQueries({ queryKey, exact: true });
  queryClient.setQueryData<InfiniteData<Page<Message>, string | null>>(queryKey, (data) => {
    const [newest, ...older] = data?.pages ?? [];
    if (!data || !newest || newest.items.some((each) => each.id === message.id)) return data;
    return { ...data, pages: [{ ...newest, items: [message, ...newest.items] }, ...older] };
  });
  if (wasAsked) void queryClient.invalidateQueries({ queryKey, exact: true });
}
