import { members, sessions } from "@waystation/db/schema/identity";
import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import { subscribeToEventChanges } from "@waystation/whatsapp/events/event-changes";
import { createTestInstallation } from "@waystation/whatsapp/testing";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { readConfig } from "../lifecycle/config.ts";
import { startServer } from "../lifecycle/server.ts";
import { createTestLog } from "../testing/test-files.ts";
import { createTestVisitor, setupTokenOf, TEST_PASSWORD, type TestVisitor } from "../testing/test-server.ts";

const SETUP_TOKEN = "the-setup-token";

/** Two server processes' worth of Waystation on one Postgres, with an owner at the first. */
async function serveTwo() {
  const store = await createTestStore("postgres");
  const { log } = createTestLog();
  const config = readConfig({
    NODE_ENV: "development",
    PORT: "0",
    DATABASE_URL: store.url,
    DATA_DIR: "/nowhere/that/can/be/written",
    ENCRYPTION_KEYS: "kBv7yWJ3mZq1R8tXh5cN2pLs9dFg6aUe4oKi0QwErTY=",
    AUTH_SECRET: "only-for-these-tests-0123456789abcdef",
    WAYSTATION_SETUP_TOKEN: SETUP_TOKEN,
  });
  const here = await startServer(config, log);
  const there = await startServer(config, log);
  const owner = createTestVisitor(here.url);
  const email = "owner@example.org";
  await owner.api.setup.createOwner.mutate({
    token: SETUP_TOKEN,
    name: "Olga",
    email,
    password: TEST_PASSWORD,
    organization: "Acme",
  });
  await owner.signIn(email);
  return {
    here,
    there,
    owner,
    join: async (address: string) => {
      const { link } = await owner.api.team.invite.mutate({ email: address, role: "member" });
      const visitor = createTestVisitor(here.url);
      await visitor.api.team.join.mutate({ token: setupTokenOf(link), name: "Mia", password: TEST_PASSWORD });
      await visitor.signIn(address);
      return visitor;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([here.stop(), there.stop()]);
      await store[Symbol.asyncDispose]();
    },
  };
}

/** This person's live stream at another server, and all that it said. */
async function openStream(visitor: TestVisitor, url: string) {
  const cookie = [...visitor.cookies].map((pair) => pair.join("=")).join("; ");
  const answer = await fetch(`${url}/api/trpc/events.changes?input={}`, {
    headers: { cookie, accept: "text/event-stream" },
  });
  const stream = { said: "", isOver: false, status: answer.status };
  const decoder = new TextDecoder();
  void (async () => {
    for await (const chunk of answer.body ?? []) stream.said += decoder.decode(chunk);
    stream.isOver = true;
  })().catch(() => {});
  await expect.poll(() => stream.said).toContain("connected");
  return stream;
}

test("who is removed at one server hears nothing more at the other", async () => {
  await using desk = await serveTwo();
  const mia = await desk.join("mia@example.org");
  const [removed, staying] = [
    await openStream(mia, desk.there.url),
    await openStream(desk.owner, desk.there.url),
  ];
  const { members: team } = await desk.owner.api.team.list.query();
  const memberId = team.find((each) => each.email === "mia@example.org")?.id ?? "";
  await desk.owner.api.team.remove.mutate({ memberId });
  await expect.poll(() => removed.said, { timeout: 10_000 }).toContain("UNAUTHORIZED");
  expect(removed.isOver).toBe(true);
  expect(staying.isOver).toBe(false);
  const metrics = await (await fetch(`${desk.here.url}/metrics`)).text();
  expect(metrics).toMatch(/^waystation_jobs\{queue="send-message",state="ready"\} 0$/m);
});

test("a session that is ended at one server, by its person or from another browser, ends its streams at the other", async () => {
  await using desk = await serveTwo();
  const elsewhere = createTestVisitor(desk.here.url);
  await elsewhere.signIn("owner@example.org");
  const [own, other] = [
    await openStream(desk.owner, desk.there.url),
    await openStream(elsewhere, desk.there.url),
  ];
  await desk.owner.post("/api/auth/revoke-other-sessions");
  await expect.poll(() => other.said, { timeout: 10_000 }).toContain("UNAUTHORIZED");
  expect(own.isOver).toBe(false);
  await desk.owner.post("/api/auth/sign-out");
  await expect.poll(() => own.said, { timeout: 10_000 }).toContain("UNAUTHORIZED");
});

test.for(testDatabases)("%s: a stream looks by itself too whether it may go on", async (kind) => {
  await using desk = await createTestInstallation(kind);
  const ctx = await desk.person();
  const { userId } = ctx.actor;
  const [session] = await desk.store.db
    .insert(sessions)
    .values({ token: userId, userId, expiresAt: new Date(Date.now() + 60_000) })
    .returning();
  const signedIn = { ...ctx, actor: { ...ctx.actor, sessionId: session?.id } };
  const open = (who: typeof ctx) => subscribeToEventChanges(who, {}, new AbortController().signal, 20).next();
  const [bySession, byMembership] = [open(signedIn), open(ctx)];
  await desk.store.db.delete(sessions).where(eq(sessions.userId, userId));
  await expect(bySession).rejects.toMatchObject({ reason: "not_signed_in" });
  await desk.store.db.delete(members).where(eq(members.userId, userId));
  await expect(byMembership).rejects.toMatchObject({ reason: "not_allowed" });
  expect(ctx.feed.subscribers()).toBe(0);
});

test("who gets another role, and who sees the team, is told at the other server", async () => {
  await using desk = await serveTwo();
  const mia = await desk.join("mia@example.org");
  const { members: team } = await desk.owner.api.team.list.query();
  const memberId = team.find((each) => each.email === "mia@example.org")?.id ?? "";
  const [hers, others] = [
    await openStream(mia, desk.there.url),
    await openStream(desk.owner, desk.there.url),
  ];
  await desk.owner.api.team.changeRole.mutate({ memberId, role: "admin" });
  await expect.poll(() => hers.said, { timeout: 10_000 }).toContain('"roleChanged":true');
  await expect
    .poll(() => others.said, { timeout: 10_000 })
    .toContain('"roleChanged":false,"teamChanged":true');
  expect(hers.isOver).toBe(false);
});
