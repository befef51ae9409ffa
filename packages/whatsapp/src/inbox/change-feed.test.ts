import { randomUUID } from "node:crypto";
import { type ChangeFeed, createChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { InboxChanges } from "@waystation/core/change-feed/inbox-changes";
import { createPresence } from "@waystation/core/change-feed/presence";
import { MAX_NOTIFY_BYTES, openPgNotify } from "@waystation/db/postgres/pg-notify";
import { createTestStore } from "@waystation/db/testing/databases";
import { expect, test, vi } from "vitest";
import { publishPresenceInput } from "./inputs.ts";

function listen(feed: ChangeFeed, organizationId = "us") {
  const end = new AbortController();
  const heard: InboxChanges[] = [];
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
  const feed = createChangeFeed();
  const { heard, stop } = listen(feed);
  for (const id of ["a", "b", "a"]) feed.publish(change(id));
  await expect.poll(() => heard.length, { interval: 1 }).toBe(1);
  expect(heard[0]).toMatchObject({ connectionIds: new Set(["line"]), conversationIds: new Set(["a", "b"]) });
  await stop();
});

test("in a storm tells seldom, everything, and each thing once", async () => {
  const feed = createChangeFeed();
  const { heard, stop } = listen(feed);
  const begin = performance.now();
  let sent = 0;
  while (performance.now() - begin < 400) {
    feed.publish(change(String(sent++ % 50)));
    if (sent % 20 === 0) await new Promise(setImmediate);
  }
  await expect.poll(() => new Set(heard.flatMap((news) => [...news.conversationIds])).size).toBe(50);
  const seconds = (performance.now() - begin) / 1_000;
  expect(heard.length).toBeLessThanOrEqual(seconds * 20 + 2);
  expect(new Set(heard.flatMap((news) => [...news.conversationIds])).size).toBe(50);
  await stop();
});

test("who is busy gets what happened meanwhile together", async () => {
  vi.useFakeTimers();
  using _timers = { [Symbol.dispose]: () => void vi.useRealTimers() };
  const feed = createChangeFeed();
  const end = new AbortController();
  const stream = feed.subscribe("us", end.signal)[Symbol.asyncIterator]();
  const first = stream.next();
  feed.publish(change("a"));
  await vi.advanceTimersByTimeAsync(1);
  expect((await first).value).toMatchObject({ conversationIds: new Set(["a"]) });
  feed.publish(change("b"));
  await vi.advanceTimersByTimeAsync(80);
  feed.publish(change("c"));
  await vi.advanceTimersByTimeAsync(80);
  expect((await stream.next()).value).toMatchObject({ conversationIds: new Set(["b", "c"]) });
  end.abort();
  expect((await stream.next()).done).toBe(true);
});

test("each organisation hears its own, and nobody is left behind", async () => {
  const feed = createChangeFeed();
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

/** Two processes on one Postgres, with one subscriber each. */
async function openTwo(organizationId = randomUUID()) {
  const store = await createTestStore("postgres");
  const url = store.url ?? "";
  const feeds = [1, 2].map(() =>
    createChangeFeed({ open: (handlers) => openPgNotify(url, handlers), maxBytes: MAX_NOTIFY_BYTES }),
  );
  const [here, there] = feeds as [ChangeFeed, ChangeFeed];
  const [near, far] = [listen(here, organizationId), listen(there, organizationId)];
  // Both processes receive each other's notifications once their connections are open.
  await expect.poll(() => near.heard.length > 0 && far.heard.length > 0).toBe(true);
  const forget = () => {
    near.heard.length = 0;
    far.heard.length = 0;
  };
  forget();
  return {
    here,
    there,
    near,
    far,
    forget,
    publish: (more: object) => here.publish({ organizationId, ...more }),
    cutLines: () =>
      store.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'waystation notices'",
        [],
      ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([near.stop(), far.stop(), here.close(), there.close()]);
      await store[Symbol.asyncDispose]();
    },
  };
}
const conversationsOf = (heard: InboxChanges[]) => heard.flatMap((news) => [...news.conversationIds]);

test("what one process publishes all others hear, and each of them once", async () => {
  await using two = await openTwo();
  two.publish({ connectionId: "line", conversationId: "a" });
  two.publish({ conversationId: "b", userId: "ada" });
  two.publish({ userId: "bob" });
  await expect.poll(() => two.far.heard.length).toBe(1);
  const news = {
    connectionIds: new Set(["line"]),
    conversationIds: new Set(["a"]),
    personal: new Map([["ada", new Set(["b"])]]),
    access: new Set(["bob"]),
    reports: new Map(),
    presentIds: new Set(),
    isEverything: false,
  };
  expect(two.far.heard).toEqual([news]);
  // The process receives its own notifications before this one.
  two.there.publish({ organizationId: "elsewhere", conversationId: "x" });
  two.publish({ conversationId: "c" });
  await expect.poll(() => conversationsOf(two.far.heard)).toEqual(["a", "c"]);
  expect(conversationsOf(two.near.heard)).toEqual(["a", "c"]);
});

test("a storm travels in few notices; more than one can name becomes everything", async () => {
  await using two = await openTwo();
  for (let no = 0; no < 1_000; no++) two.publish({ conversationId: randomUUID() });
  await expect.poll(() => two.far.heard.some((news) => news.isEverything)).toBe(true);
  expect(two.near.heard.some((news) => news.isEverything)).toBe(false);
  two.forget();
  const ids = Array.from({ length: 100 }, () => randomUUID());
  for (const conversationId of ids) two.publish({ conversationId });
  await expect.poll(() => conversationsOf(two.far.heard).toSorted()).toEqual(ids.toSorted());
  expect(two.far.heard).toHaveLength(1);
});

test("many organisations at once are all heard of", async () => {
  await using two = await openTwo();
  const organizations = Array.from({ length: 400 }, () => randomUUID());
  const listeners = organizations.map((id) => listen(two.there, id));
  for (const organizationId of organizations) two.here.publish({ organizationId, conversationId: "a" });
  await expect.poll(() => listeners.every(({ heard }) => heard.length > 0)).toBe(true);
  await Promise.all(listeners.map(({ stop }) => stop()));
});

test("after its line was lost, a process tells everybody everything, and hears again", async () => {
  await using two = await openTwo();
  await two.cutLines();
  await expect.poll(() => two.far.heard.some((news) => news.isEverything)).toBe(true);
  await expect.poll(() => two.near.heard.some((news) => news.isEverything)).toBe(true);
  two.forget();
  two.publish({ conversationId: "after" });
  await expect.poll(() => conversationsOf(two.far.heard)).toEqual(["after"]);
});

test("what was published last is still sent when the process closes", async () => {
  await using two = await openTwo();
  two.publish({ conversationId: "first" });
  two.publish({ conversationId: "last" });
  await two.here.close();
  await expect.poll(() => conversationsOf(two.far.heard)).toContain("last");
});

test("who looks and who types is known in every process, until they go", async () => {
  const organizationId = randomUUID();
  await using two = await openTwo(organizationId);
  const report = (
    tab: string,
    conversationId: string,
    doing: "looking" | "typing" | "away",
    userId = "ada",
  ) => two.publish({ report: { tab, conversationId, userId, doing } });
  const present = (feed: ChangeFeed, conversationId = "a") => feed.present(organizationId, conversationId);
  const looking = [{ userId: "ada", isTyping: false }];
  report("tab-one", "a", "looking");
  report("tab-two", "a", "looking");
  for (const feed of [two.here, two.there]) await expect.poll(() => present(feed)).toEqual(looking);
  await expect.poll(() => two.far.heard.at(-1)?.presentIds).toEqual(new Set(["a"]));
  expect(conversationsOf(two.far.heard)).toEqual([]);

  two.forget();
  report("tab-one", "a", "looking");
  report("tab-one", "a", "typing");
  await expect.poll(() => present(two.there)).toEqual([{ userId: "ada", isTyping: true }]);
  await expect.poll(() => two.near.heard.length).toBe(1);
  report("tab-one", "b", "looking");
  await expect.poll(() => present(two.there, "b")).toEqual(looking);
  expect(present(two.there), "the other tab is still there").toEqual(looking);
  report("tab-two", "a", "away", "mallory");
  report("tab-two", "", "away");
  await expect.poll(() => present(two.there)).toEqual([]);
  expect(present(two.there, "b")).toEqual(looking);
});

test("a report that says nothing new wakes nobody, and one that is not said again is forgotten", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const presence = createPresence();
  const note = (doing: "looking" | "typing") =>
    presence.note({ tab: "tab", conversationId: "a", userId: "ada", doing });
  expect(note("looking")).toEqual(["a"]);
  expect(note("looking")).toEqual([]);
  expect(note("typing")).toEqual(["a"]);
  vi.advanceTimersByTime(9_000);
  expect(presence.at("a")).toEqual([{ userId: "ada", isTyping: false }]);
  expect(note("typing")).toEqual(["a"]);
  vi.advanceTimersByTime(31_000);
  expect(presence.at("a")).toEqual([]);
  expect(note("looking")).toEqual(["a"]);
  vi.useRealTimers();
});

test("a tab's name has as many bytes as letters", () => {
  const report = { conversationId: randomUUID(), doing: "looking" };
  const isFine = (tab: string) => publishPresenceInput.safeParse({ ...report, tab }).success;
  expect(isFine("a1b2c3d4e5")).toBe(true);
  for (const tab of ["short", "x".repeat(41), "ünïcödé😊", 'quo"tes"in']) expect(isFine(tab)).toBe(false);
});
