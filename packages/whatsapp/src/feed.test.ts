import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { type Changes, createFeed, type Feed } from "./feed.ts";

function listen(feed: Feed, organizationId = "us") {
  const end = new AbortController();
  const heard: Changes[] = [];
  const ended = (async () => {
    for await (const news of feed.subscribe(organizationId, end.signal)) heard.push(news);
  })();
  const stop = () => {
    end.abort();
    return ended;
  };
  return { heard, stop };
}
const change = (conversationId?: string, organizationId = "us") => ({
  organizationId,
  connectionId: "line",
  conversationId,
});

test("tells at once after a quiet moment, and what comes together as one", async () => {
  const feed = createFeed();
  const { heard, stop } = listen(feed);
  for (const id of ["a", "b", "a"]) feed.publish(change(id));
  await expect.poll(() => heard.length, { interval: 1 }).toBe(1);
  expect(heard[0]).toEqual({ connectionIds: new Set(["line"]), conversationIds: new Set(["a", "b"]) });
  await stop();
});

test("in a storm tells seldom, everything, and each thing once", async () => {
  const feed = createFeed();
  const { heard, stop } = listen(feed);
  const begin = performance.now();
  let sent = 0;
  while (performance.now() - begin < 400) {
    feed.publish(change(String(sent++ % 50)));
    if (sent % 20 === 0) await sleep(1);
  }
  await expect.poll(() => heard.flatMap((news) => [...news.conversationIds]).length).toBeGreaterThan(49);
  await sleep(60);
  const seconds = (performance.now() - begin) / 1_000;
  expect(heard.length).toBeLessThanOrEqual(seconds * 20 + 2);
  expect(new Set(heard.flatMap((news) => [...news.conversationIds])).size).toBe(50);
  await stop();
});

test("who is busy gets what happened meanwhile together", async () => {
  const feed = createFeed();
  const end = new AbortController();
  const stream = feed.subscribe("us", end.signal)[Symbol.asyncIterator]();
  const first = stream.next();
  feed.publish(change("a"));
  expect((await first).value).toMatchObject({ conversationIds: new Set(["a"]) });
  feed.publish(change("b"));
  await sleep(80);
  feed.publish(change("c"));
  await sleep(80);
  expect((await stream.next()).value).toMatchObject({ conversationIds: new Set(["b", "c"]) });
  end.abort();
  expect((await stream.next()).done).toBe(true);
});

test("each organisation hears its own, and nobody is left behind", async () => {
  const feed = createFeed();
  const [ours, theirs] = [listen(feed), listen(feed, "them")];
  feed.publish(change("a"));
  feed.publish(change("b", "them"));
  feed.publish(change("c", "nobody"));
  await expect.poll(() => ours.heard.length + theirs.heard.length).toBe(2);
  expect(theirs.heard[0]?.conversationIds).toEqual(new Set(["b"]));
  expect(feed.subscribers()).toBe(2);
  await Promise.all([ours.stop(), theirs.stop()]);
  expect(feed.subscribers()).toBe(0);
});
