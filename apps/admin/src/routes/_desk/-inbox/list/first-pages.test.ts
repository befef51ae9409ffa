import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { keepFirstPages } from "./first-pages.ts";

const KEY = ["list"];

/** A list of numbered pages, and which of them were asked for. */
async function listOf(pages: number) {
  const client = new QueryClient();
  const asked: number[] = [];
  const observer = new InfiniteQueryObserver(client, {
    queryKey: KEY,
    queryFn: async ({ pageParam }) => {
      asked.push(pageParam);
      return pageParam;
    },
    initialPageParam: 0,
    getNextPageParam: (page: number) => page + 1,
  });
  const end = observer.subscribe(() => {});
  await expect.poll(() => observer.getCurrentResult().data?.pages.length).toBe(1);
  for (let page = 1; page < pages; page++) await observer.fetchNextPage();
  return { client, asked, observer, [Symbol.dispose]: end };
}

test("after it a change asks for the first pages alone, and scrolling for the next", async () => {
  using list = await listOf(5);
  keepFirstPages(list.client, KEY);
  expect(list.observer.getCurrentResult().data?.pages).toEqual([0, 1]);
  list.asked.length = 0;
  await list.client.invalidateQueries({ queryKey: KEY });
  expect(list.asked).toEqual([0, 1]);
  await list.observer.fetchNextPage();
  expect(list.observer.getCurrentResult().data?.pages).toEqual([0, 1, 2]);
});

test("while pages are on their way, and where there are few or none, nothing is forgotten", async () => {
  using list = await listOf(3);
  const loading = list.observer.fetchNextPage();
  keepFirstPages(list.client, KEY);
  await loading;
  expect(list.observer.getCurrentResult().data?.pages).toEqual([0, 1, 2, 3]);
  using short = await listOf(2);
  keepFirstPages(short.client, KEY);
  expect(short.observer.getCurrentResult().data?.pages).toEqual([0, 1]);
  keepFirstPages(short.client, ["another"]);
  expect(short.client.getQueryData(["another"])).toBeUndefined();
});
