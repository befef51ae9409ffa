import { type InfiniteData, useQuery } from "@tanstack/react-query";
import { refetchAfterResponse } from "../refetch.ts";
import { queryClient, type RouterOutputs, trpc } from "../trpc.ts";

type Page = RouterOutputs["conversations"]["list"];

const none = { count: 0, mentions: 0 };

/** Open conversations with something this person has not seen (100 stands for that and more), and those with a note that mentions them. */
export const useUnreadCount = () => useQuery(trpc.conversations.unread.queryOptions()).data ?? none;

/** They stay where they are in the lists: what somebody reads must not vanish under their eyes. */
export function markReadInCache(conversationIds: string[]) {
  queryClient.setQueriesData<InfiniteData<Page> | Page>(trpc.conversations.list.pathFilter(), (data) =>
    data && "pages" in data
      ? { ...data, pages: data.pages.map((page) => withoutUnread(page, conversationIds)) }
      : data,
  );
  refetchAfterResponse(queryClient, trpc.conversations.list.pathFilter());
  return queryClient.invalidateQueries(trpc.conversations.unread.pathFilter());
}

const withoutUnread = (page: Page, ids: string[]): Page => ({
  ...page,
  items: page.items.map((item) =>
    ids.includes(item.id) ? { ...item, unread: 0, isMentioned: false } : item,
  ),
});
