import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { promisify } from "node:util";
import { retryableRpcCodes } from "@trpc/server/unstable-core-do-not-import";
import type { AuthenticatedViewer } from "@waystation/api/trpc";
import type { Context } from "@waystation/core/context";
import { members, sessions } from "@waystation/db/schema/identity";
import { createTestInstallation } from "@waystation/whatsapp/testing";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { STREAMS_PER_SESSION } from "../http/stream-limits.ts";
import { liveRoute } from "./live-route.ts";

const PATH = "/events.changes?input={}";
const QUICK = {
  maxDurationMs: 60_000,
  ping: { enabled: true, intervalMs: 20 },
  client: { reconnectAfterInactivityMs: 45 },
};
const SLOW = { ...QUICK, ping: { enabled: true, intervalMs: 60_000 } };

/** The route alone, with somebody of one organisation listening. */
async function serve(sse: Parameters<typeof liveRoute>[1], sessionId?: string) {
  const desk = await createTestInstallation("embedded");
  const ctx = await desk.person();
  const viewer = { ...ctx.actor, sessionId, organizationId: ctx.organizationId } as AuthenticatedViewer;
  const reports: unknown[] = [];
  const app = express();
  const report = (error: unknown) => reports.push(error);
  app.use(
    liveRoute(
      () => ({ platform: desk.platform, viewer, requestId: "1", ip: null, report, onRefusal: () => {} }),
      sse,
    ),
    (_req, res) => void res.status(418).end(),
  );
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await desk[Symbol.asyncDispose]();
  });
  const { port } = server.address() as { port: number };
  const connections = () => promisify(server.getConnections.bind(server))();
  return { desk, ctx, port, reports, connections, url: `http://127.0.0.1:${port}` };
}

/** All that a stream has said so far. */
async function listen(url: string, signal?: AbortSignal, path = PATH) {
  const answer = await fetch(url + path, { signal });
  const stream = { answer, said: "", isOver: false };
  void (async () => {
    for await (const chunk of answer.body ?? []) stream.said += Buffer.from(chunk).toString();
    stream.isOver = true;
  })().catch(() => {});
  await expect.poll(() => stream.said).toContain("event: connected");
  return stream;
}

const change = ({ organizationId }: Context, conversationId: string) => ({ organizationId, conversationId });

test("a stream begins with what its client has to know, and says what changed in one event", async () => {
  const { url, ctx, desk } = await serve(SLOW);
  const [first, second] = [await listen(url), await listen(url)];
  expect(first.answer.status).toBe(200);
  expect(first.answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  expect(first.answer.headers.get("cache-control")).toBe("no-store, no-transform");
  desk.platform.feed.publish(change(ctx, "some-conversation"));
  for (const stream of [first, second]) {
    await expect.poll(() => stream.said).toContain("some-conversation");
    const [connected, notice, rest] = stream.said.split("\n\n");
    expect(connected).toBe('event: connected\ndata: {"reconnectAfterInactivityMs":45}');
    expect(JSON.parse(notice?.replace("data: ", "") ?? "")).toEqual({
      connectionIds: [],
      conversationIds: ["some-conversation"],
      personalIds: [],
      presentIds: [],
      roleChanged: false,
      teamChanged: false,
    });
    expect(rest).toBe("");
  }
});

test("what concerns one listener is told to that one alone", async () => {
  const { url, ctx, desk } = await serve(SLOW);
  const stream = await listen(url);
  desk.platform.feed.publish({ ...change(ctx, "read-elsewhere"), userId: "somebody-else" });
  desk.platform.feed.publish({ ...change(ctx, "read-by-me"), userId: ctx.actor.userId });
  await expect.poll(() => stream.said).toContain('"personalIds":["read-by-me"]');
  expect(stream.said).not.toContain("read-elsewhere");
});

test("in silence it says that it lives", async () => {
  const { url } = await serve(QUICK);
  const stream = await listen(url);
  await expect.poll(() => stream.said).toMatch(/event: ping\ndata: \n\nevent: ping\ndata: \n\n/);
});

test("after its time it ends without a last word, so that the browser comes again", async () => {
  const { url, desk } = await serve({ ...SLOW, maxDurationMs: 50 });
  const stream = await listen(url);
  await expect.poll(() => stream.isOver).toBe(true);
  expect(stream.said).not.toContain("event: return");
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(0);
});

test("who leaves is listened for no longer", async () => {
  const { url, desk } = await serve(SLOW);
  const leaving = new AbortController();
  await listen(url, leaving.signal);
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(1);
  leaving.abort();
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(0);
});

test("too many streams: the oldest one is told so in an error that no client retries, and ends", async () => {
  const { url, ctx, desk, reports } = await serve(SLOW);
  const streams = [];
  for (let n = 0; n < STREAMS_PER_SESSION; n++) streams.push(await listen(url));
  const [oldest, ...others] = streams;
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(STREAMS_PER_SESSION);
  others.push(await listen(url));
  await expect.poll(() => oldest?.isOver).toBe(true);
  const [, text = ""] = oldest?.said.split("event: serialized-error\ndata: ") ?? [];
  const error = JSON.parse(text);
  expect(error).toMatchObject({ data: { code: "TOO_MANY_REQUESTS", reason: "too_many_streams" } });
  expect(retryableRpcCodes).not.toContain(error.code);
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(STREAMS_PER_SESSION);
  desk.platform.feed.publish(change(ctx, "after-that"));
  for (const stream of others) await expect.poll(() => stream.said).toContain("after-that");
  expect(oldest?.said).not.toContain("after-that");
  expect(reports).toEqual([]);
});

test("too many streams: one whose client does not read is cut off", async () => {
  const { url, port, ctx, desk, connections } = await serve(SLOW);
  const socket = connect(port, "127.0.0.1");
  let isClosed = false;
  socket.on("error", () => {});
  socket.once("close", () => {
    isClosed = true;
  });
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: here\r\n\r\n`);
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(1);
  socket.pause();
  for (let round = 0; round < 60; round++) {
    for (let at = 0; at < 99; at++)
      desk.platform.feed.publish(change(ctx, `${round}-${at}-${"x".repeat(2_000)}`));
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (let n = 0; n < STREAMS_PER_SESSION; n++) await listen(url);
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(STREAMS_PER_SESSION);
  // What it did not read is more than the buffers hold: an end that waits for its reading would never come.
  await expect.poll(() => connections(), { timeout: 10_000 }).toBe(STREAMS_PER_SESSION);
  socket.resume();
  await expect.poll(() => isClosed).toBe(true);
});

test("a stream for another session or organisation than the browser shows is refused", async () => {
  const sessionId = randomUUID();
  const { url, ctx, desk } = await serve(SLOW, sessionId);
  await desk.store.db.insert(sessions).values({
    id: sessionId,
    token: sessionId,
    userId: ctx.actor.userId,
    expiresAt: new Date(Date.now() + 60_000),
  });
  const open = (shownFor: object) =>
    listen(url, undefined, `/events.changes?input=${encodeURIComponent(JSON.stringify({ shownFor }))}`);
  const right = await open({ sessionId, organizationId: ctx.organizationId });
  for (const wrong of [
    { sessionId: randomUUID(), organizationId: ctx.organizationId },
    { sessionId, organizationId: randomUUID() },
  ]) {
    const refused = await open(wrong);
    await expect.poll(() => refused.isOver).toBe(true);
    expect(refused.said).toContain("FORBIDDEN");
  }
  desk.platform.feed.publish(change(ctx, "some-conversation"));
  await expect.poll(() => right.said).toContain("some-conversation");
});

test("a refusal is an event of the stream, in tRPC's shape", async () => {
  const { url, ctx, desk, reports } = await serve(SLOW);
  const stream = await listen(url);
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(1);
  await desk.store.db.delete(members);
  desk.platform.feed.publish({ organizationId: ctx.organizationId, userId: ctx.actor.userId });
  await expect.poll(() => stream.isOver).toBe(true);
  const [, text = ""] = stream.said.split("event: serialized-error\ndata: ");
  expect(JSON.parse(text)).toMatchObject({ data: { code: "FORBIDDEN", reason: "not_allowed" } });
  expect(reports).toEqual([]);
  const refused = await (await fetch(`${url}/events.changes?input={"connectionId":7}`)).text();
  expect(refused).toContain("event: serialized-error");
  expect(refused).toContain("BAD_REQUEST");
});

test("who does not read costs nothing more, and hears the rest together", async () => {
  const { port, ctx, desk } = await serve(SLOW);
  const socket = connect(port, "127.0.0.1");
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: here\r\n\r\n`);
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(1);
  socket.pause();
  // More than the buffers on both sides hold.
  const rounds = 60;
  const ids = (round: number) => Array.from({ length: 99 }, (_, at) => `${round}-${at}-${"x".repeat(2_000)}`);
  const end = new AbortController();
  const told = new Set<string>();
  const listening = (async () => {
    for await (const news of desk.platform.feed.subscribe(ctx.organizationId, end.signal))
      for (const id of news.conversationIds) told.add(id);
  })();
  for (let round = 0; round < rounds; round++) {
    for (const id of ids(round)) desk.platform.feed.publish(change(ctx, id));
    // One round is sent before the next begins, so that none is too large to be named.
    await expect.poll(() => told.size, { interval: 2 }).toBe(99 * (round + 1));
  }
  end.abort();
  await listening;
  let heard = "";
  socket.on("data", (chunk) => {
    heard += chunk.toString("latin1");
  });
  socket.resume();
  // Together they are too many to be named.
  await expect.poll(() => heard, { timeout: 10_000 }).toContain('"conversationIds":null');
  socket.destroy();
  await expect.poll(() => desk.platform.feed.subscribers()).toBe(0);
});

test("all else is for the next", async () => {
  const { url } = await serve(SLOW);
  const status = async (path: string, init?: RequestInit) => (await fetch(url + path, init)).status;
  expect(await status("/events.list")).toBe(418);
  expect(await status("/constructor")).toBe(418);
  expect(await status(PATH, { method: "POST" }), "a stream that would not be counted").toBe(405);
  expect(await status("/events.changes?input={")).toBe(418);
  expect(await status("/events.changes?batch=1&input={}")).toBe(418);
});
