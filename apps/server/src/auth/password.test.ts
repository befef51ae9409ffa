import { accounts, sessions, users, verifications } from "@waystation/db/schema/identity";
import { auditLog, callCounts } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { hashPassword, passwordHashingChannel } from "@waystation/identity/password/password-hash";
import { eq, like, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { runUserCommand } from "../commands/user-commands.ts";
import { readCommandConfig } from "../lifecycle/config.ts";
import {
  addSecondFactor,
  rejectedResponse,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
  type TestVisitor,
} from "../testing/test-server.ts";

const NEW = "a much better horse";
const tokenOf = (link: string) => new URL(link).hash.slice(1);
const linkIn = (text: string | undefined) => /http\S+/.exec(text ?? "")?.[0] ?? "";

async function openTeam(desk: TestServer) {
  const olga = await desk.setUp();
  const ada = await desk.addMember(olga, "ada@example.com", "admin");
  const mia = await desk.addMember(olga, "mia@example.com", "member");
  desk.mails.length = 0;
  return { olga, ada, mia };
}

async function memberId(visitor: TestVisitor, email: string): Promise<string> {
  const { members } = await visitor.api.team.list.query();
  return members.find((member) => member.email === email)?.id ?? "";
}

const makeLink = async (visitor: TestVisitor, email: string) =>
  (await visitor.api.team.makeResetLink.mutate({ memberId: await memberId(visitor, email) })).link;

/** The answer to a request, all that a stranger sees of it. */
async function answerTo(visitor: TestVisitor, path: string, body: object) {
  const response = await visitor.post(path, body);
  const headers = [...response.headers].filter(([name]) => name !== "date");
  return { status: response.status, headers, body: await response.text() };
}

/** How often a password is hashed or compared meanwhile. */
async function countWork(during: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const note = () => {
    count += 1;
  };
  passwordHashingChannel.subscribe(note);
  await during();
  passwordHashingChannel.unsubscribe(note);
  return count;
}

describe.each(testDatabases)("a new password on %s", (kind) => {
  test("comes by a link in a mail, which works once and ends every session", async () => {
    await using desk = await startTestServer(kind);
    const { olga, mia } = await openTeam(desk);
    const stranger = desk.visitor();
    expect(await stranger.api.password.requestReset.mutate({ email: " Mia@Example.com" })).toEqual({});
    expect(desk.mails).toMatchObject([{ to: "mia@example.com" }]);
    const link = linkIn(desk.mails[0]?.text);
    expect(link.startsWith(`${desk.url}/reset-password#`)).toBe(true);
    const token = tokenOf(link);
    const offer = await stranger.api.password.offer.query({ token });
    expect(offer).toEqual({ email: "mia@example.com", expiresAt: expect.any(String) });
    expect((Date.parse(offer.expiresAt) - Date.now()) / 60_000).toBeCloseTo(60, 0);

    for (const password of ["short", "mia@example.com", "password123456"])
      await expect(stranger.api.password.reset.mutate({ token, password })).rejects.toMatchObject(
        rejectedResponse("password_weak", "password"),
      );
    expect(await mia.api.session.me.query(), "not yet").not.toBeNull();
    expect(await stranger.api.password.reset.mutate({ token, password: NEW })).toEqual({
      email: "mia@example.com",
    });
    expect(await mia.api.session.me.query()).toBeNull();
    expect(await olga.api.session.me.query()).not.toBeNull();
    expect((await stranger.signIn("mia@example.com", TEST_PASSWORD)).status).toBe(401);
    expect((await stranger.signIn("mia@example.com", NEW)).status).toBe(200);
    expect(desk.mails[1]).toMatchObject({ to: "mia@example.com", subject: /was changed/ });
    for (const call of [
      () => stranger.api.password.offer.query({ token }),
      () => stranger.api.password.reset.mutate({ token, password: "another good horse" }),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("reset_invalid"));
    const log = await olga.api.audit.list.query({ search: "password_reset" });
    expect(log.items).toMatchObject([
      { subject: "mia@example.com", actor: { email: "mia@example.com" }, detail: { by: "a link by mail" } },
    ]);
    const kept = await desk.store.db.select().from(verifications);
    expect(JSON.stringify(kept)).not.toContain(token);
  });

  test("a known and an unknown address get the same answer for the same work", async () => {
    await using desk = await startTestServer(kind);
    await openTeam(desk);
    const [known, unknown] = ["mia@example.com", "nobody@example.com"];
    const ask = (email = "") => answerTo(desk.visitor(), "/api/trpc/password.requestReset", { email });
    expect(await ask(known)).toEqual(await ask(unknown));
    expect(desk.mails.map(({ to }) => to)).toEqual([known]);
    const stored = await desk.store.db
      .select()
      .from(verifications)
      .where(like(verifications.identifier, "password-reset:%"));
    expect(stored, "a link for each").toHaveLength(2);

    const signIn = (email = "", password = "wrong horse battery") =>
      answerTo(desk.visitor(), "/api/auth/sign-in/email", { email, password });
    expect(await signIn(known)).toEqual(await signIn(unknown));
    for (const email of [known, unknown]) expect(await countWork(() => signIn(email)), email).toBe(1);
    for (const email of [known, unknown]) expect(await countWork(() => ask(email)), email).toBe(0);

    const owner = desk.visitor();
    await owner.signIn("owner@example.com");
    const second = await owner.api.organizations.create.mutate({ name: "Second" });
    await owner.api.organizations.activate.mutate({ organizationId: second.id });
    const invite = async (email = "") => {
      const { body, ...answer } = await answerTo(owner, "/api/trpc/team.invite", { email, role: "member" });
      return { ...answer, body: body.replace(/"id":"[^"]+"|join\/[\w-]+/g, "…") };
    };
    expect(await invite(known)).toEqual(await invite(unknown));
    expect(desk.reported).toEqual([]);
  });

  test("of many who use one link at the same moment one changes the password", async () => {
    await using desk = await startTestServer(kind);
    const { olga } = await openTeam(desk);
    const token = tokenOf(await makeLink(olga, "mia@example.com"));
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        desk.visitor().api.password.reset.mutate({ token, password: `a better horse ${n}` }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await desk.store.db.$count(auditLog, eq(auditLog.action, "member.password_reset"))).toBe(1);
  });

  test.each(["signs in", "signs in on two steps", "changes the password"])(
    "whoever %s with the old one while it is reset has no session and no password afterwards",
    async (way) => {
      await using desk = await startTestServer(kind);
      const { mia } = await openTeam(desk);
      const email = "mia@example.com";
      const [user] = await desk.store.db.select().from(users).where(eq(users.email, email));
      const userId = user?.id ?? "";
      const other = desk.visitor();
      if (way === "signs in on two steps") await addSecondFactor(mia);
      const hash = await hashPassword(NEW);
      // What a reset does, at the moment at which the old password is compared.
      let reset: Promise<unknown> | null = null;
      const onWork = () => {
        reset ??= desk.store.db.transaction(async (tx) => {
          await tx.update(accounts).set({ password: hash }).where(eq(accounts.userId, userId));
          await tx.delete(sessions).where(eq(sessions.userId, userId));
        });
      };
      passwordHashingChannel.subscribe(onWork);
      const body = {
        currentPassword: TEST_PASSWORD,
        newPassword: "the attacker's own",
        revokeOtherSessions: true,
      };
      const response =
        way === "changes the password"
          ? await mia.post("/api/auth/change-password", body)
          : await other.signIn(email, TEST_PASSWORD);
      passwordHashingChannel.unsubscribe(onWork);
      await reset;
      expect([400, 401]).toContain(response.status);
      expect(await desk.store.db.select().from(sessions).where(eq(sessions.userId, userId))).toEqual([]);
      expect((await desk.visitor().signIn(email, NEW)).status).toBe(200);
    },
  );

  test("an owner makes a link; using it ends the others, and lifts the lock of too many wrong passwords", async () => {
    await using desk = await startTestServer(kind);
    const { olga, mia } = await openTeam(desk);
    const [first, second] = [
      await makeLink(olga, "mia@example.com"),
      await makeLink(olga, "mia@example.com"),
    ];
    for (let n = 0; n <= 10; n++) await desk.visitor().signIn("mia@example.com", "wrong horse battery");
    expect((await desk.visitor().signIn("mia@example.com")).status).toBe(429);
    await desk.visitor().api.password.reset.mutate({ token: tokenOf(second), password: NEW });
    expect(await mia.api.session.me.query()).toBeNull();
    expect((await desk.visitor().signIn("mia@example.com", NEW)).status).toBe(200);
    await expect(
      desk.visitor().api.password.reset.mutate({ token: tokenOf(first), password: NEW }),
    ).rejects.toMatchObject(rejectedResponse("reset_invalid"));
    const log = await olga.api.audit.list.query({ search: "mia@example.com", action: "member" });
    expect(log.items.slice(0, 3).map(({ action, actor }) => [action, actor?.email])).toEqual([
      ["member.password_reset", "mia@example.com"],
      ["member.reset_link_made", "owner@example.com"],
      ["member.reset_link_made", "owner@example.com"],
    ]);
  });

  test("a link ends after an hour", async () => {
    await using desk = await startTestServer(kind);
    const { olga } = await openTeam(desk);
    const token = tokenOf(await makeLink(olga, "mia@example.com"));
    await desk.store.db.update(verifications).set({ expiresAt: sql`now() - interval '1 second'` });
    await expect(desk.visitor().api.password.offer.query({ token })).rejects.toMatchObject(
      rejectedResponse("reset_invalid"),
    );
    await makeLink(olga, "ada@example.com");
    expect(await desk.store.db.select().from(verifications), "what has run out goes").toHaveLength(1);
  });

  test("no owner gets into an account that is not their organisation's alone", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, mia } = await openTeam(desk);
    const second = await olga.api.organizations.create.mutate({ name: "Second" });
    const home = (await olga.api.session.me.query())?.organization?.id ?? "";
    const boss = await desk.addMember(olga, "boss@example.com", "owner");
    await expect(makeLink(olga, "boss@example.com")).rejects.toMatchObject(rejectedResponse("not_allowed"));
    await expect(makeLink(ada, "mia@example.com")).rejects.toMatchObject(rejectedResponse("not_allowed"));
    await expect(makeLink(mia, "ada@example.com")).rejects.toMatchObject(rejectedResponse("not_allowed"));

    const before = tokenOf(await makeLink(boss, "mia@example.com"));
    await olga.api.organizations.activate.mutate({ organizationId: second.id });
    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    await mia.api.team.join.mutate({ token: new URL(link).pathname.split("/").at(-1) ?? "" });
    await olga.api.organizations.activate.mutate({ organizationId: home });
    await expect(makeLink(boss, "mia@example.com"), "she is elsewhere too").rejects.toMatchObject(
      rejectedResponse("not_allowed"),
    );
    await expect(
      desk.visitor().api.password.reset.mutate({ token: before, password: NEW }),
      "the link of before",
    ).rejects.toMatchObject(rejectedResponse("not_allowed"));
    expect(await mia.api.session.me.query()).not.toBeNull();
    await makeLink(olga, "mia@example.com");
  });

  test("guesses and requests run out, for who exists as for who does not", async () => {
    await using desk = await startTestServer(kind);
    const { olga } = await openTeam(desk);
    const link = await makeLink(olga, "mia@example.com");
    const { password } = desk.visitor().api;
    for (const email of ["mia@example.com", "nobody@example.com"]) {
      for (let n = 0; n < 5; n++) await password.requestReset.mutate({ email });
      await expect(password.requestReset.mutate({ email })).rejects.toMatchObject(
        rejectedResponse("too_many_requests"),
      );
    }
    await expect(password.offer.query({ token: "wrong" })).rejects.toMatchObject(
      rejectedResponse("reset_invalid"),
    );
    const full = await desk.store.db
      .update(callCounts)
      .set({ count: 30 })
      .where(like(callCounts.key, "reset-link:%"))
      .returning();
    expect(full).toMatchObject([{ key: "reset-link:127.0.0.1" }]);
    await expect(password.reset.mutate({ token: tokenOf(link), password: NEW })).rejects.toMatchObject(
      rejectedResponse("too_many_requests"),
    );
    const elsewhere = desk.visitor();
    elsewhere.headers["x-forwarded-for"] = "203.0.113.9";
    await elsewhere.api.password.reset.mutate({ token: tokenOf(link), password: NEW });
  });

  test("an owner makes at most sixty links an hour", async () => {
    await using desk = await startTestServer(kind);
    const { olga } = await openTeam(desk);
    await makeLink(olga, "mia@example.com");
    const made = await desk.store.db
      .update(callCounts)
      .set({ count: 60 })
      .where(like(callCounts.key, "make-reset-link:%"))
      .returning();
    expect(made).toHaveLength(1);
    await expect(makeLink(olga, "mia@example.com")).rejects.toMatchObject(
      rejectedResponse("too_many_requests"),
    );
  });

  test("without mail everybody is told so, and a mail that fails tells nothing", async () => {
    await using mute = await startTestServer(kind, { sendMail: null });
    const answers = ["owner@example.com", "nobody@example.com"].map((email) =>
      answerTo(mute.visitor(), "/api/trpc/password.requestReset", { email }),
    );
    const [known, unknown] = await Promise.all(answers);
    expect(known).toEqual(unknown);
    expect(known?.body).toContain("mail_off");
    expect(await mute.visitor().api.setup.status.query()).toEqual({ needed: true, mail: false });

    const sendMail = () => Promise.reject(new Error("The mail server is away."));
    await using desk = await startTestServer(kind, { sendMail });
    await desk.setUp();
    expect(await desk.visitor().api.password.requestReset.mutate({ email: "owner@example.com" })).toEqual({});
  });
});

test("whoever runs the server makes a link for anybody, which the audit log tells", async () => {
  await using desk = await startTestServer("postgres");
  const { url } = desk.store;
  await desk.setUp();
  const said: string[] = [];
  const run = (...parameters: string[]) =>
    runUserCommand(
      () => readCommandConfig({ DATABASE_URL: url ?? "", PUBLIC_URL: desk.url }),
      parameters,
      (line) => said.push(line),
    );
  await expect(run("reset-link", "nobody@example.com")).rejects.toThrow("Nobody has an account");
  await expect(run("reset-link")).rejects.toThrow("users reset-link <email> [account]");
  await run("reset-link", "Owner@example.com");
  const token = tokenOf(linkIn(said[0]));
  await desk.visitor().api.password.reset.mutate({ token, password: NEW });
  expect((await desk.visitor().signIn("owner@example.com", NEW)).status).toBe(200);
  expect(await desk.store.db.select().from(auditLog).where(like(auditLog.action, "member.%"))).toMatchObject([
    { action: "member.reset_link_made", actorEmail: null, subject: "owner@example.com" },
    { action: "member.password_reset", actorEmail: "owner@example.com" },
  ]);
});
