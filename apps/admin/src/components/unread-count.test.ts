import { InfiniteQueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { queryClient, trpc } from "../trpc.ts";
import { markReadInCache } from "./unread-count.ts";

test("a list whose response is older than the reading of a conversation ends as read", async () => {
  const stored = { unread: 1 };
  const responses: (() => void)[] = [];
  const fetchList = () => {
    const page = { items: [{ id: "cnv_1", unread: stored.unread, isMentioned: false }], nextCursor: null };
    return new Promise((resolve) => responses.push(() => resolve(page)));
  };
  const list = trpc.conversations.list.infiniteQueryOptions(
    {},
    { initialCursor: undefined, getNextPageParam: () => undefined },
  );
  const observer = new InfiniteQueryObserver(queryClient, { ...list, queryFn: fetchList } as never);
  const shown = () =>
    (queryClient.getQueryData(list.queryKey) as { pages: { items: { unread: number }[] }[] } | undefined)
      ?.pages[0]?.items[0]?.unread;
  const end = observer.subscribe(() => {});
  await expect.poll(() => responses.length).toBe(1);
  responses[0]?.();
  await expect.poll(shown).toBe(1);
  void queryClient.invalidateQueries(trpc.conversations.list.pathFilter());
  await expect.poll(() => responses.length).toBe(2);
  stored.unread = 0;
  void markReadInCache(["cnv_1"]);
  expect(shown()).toBe(0);
  responses[1]?.();
  await expect.poll(() => responses.length).toBe(3);
  responses[2]?.();
  await expect.poll(shown).toBe(0);
  end();
});
