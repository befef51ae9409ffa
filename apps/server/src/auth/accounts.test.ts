import { accounts, users, verifications } from "@waystation/db/schema/identity";
import { callCounts } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { passwordHashingChannel } from "@waystation/identity/password/password-hash";
import { eq, like } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { runUserCommand } from "../commands/user-commands.ts";
import { readCommandConfig } from "../lifecycle/config.ts";
import {
  addSecondFactor,
  rejectedResponse,
  setupTokenOf,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
  type TestVisitor,
} from "../testing/test-server.ts";

const MIA = "mia@example.com";
const THEIRS = "a password of the attacker";
const linkIn = (text: string | undefined) => /http\S+/.exec(text ?? "")?.[0] ?? "";

/** Olga owns Acme; Boris owns another organisation, and has nothing to do with Acme any more. */
async function openTwo(desk: TestServer) {
  const olga = await desk.setUp();
  const { organization } = (await olga.api.session.me.query()) ?? {};
  const { id } = await olga.api.organizations.create.mutate({ name: "Other" });
  await olga.api.organizations.activate.mutate({ organizationId: id });
  const boris = await desk.addMember(olga, "boris@example.com", "owner");
  await olga.api.team.leave.mutate({ organizationId: id });
  expect(await olga.api.session.me.query()).toMatchObject({ organization: { id: organization?.id } });
  desk.mails.length = 0;
  return { olga, boris };
}

async function inviteTo(inviter: TestVisitor, email: string, role: "member" | "admin" = "member") {
  return setupTokenOf((await inviter.api.team.invite.mutate({ email, role })).link);
}

/** Uses a link as whoever made it could, without reading anybody's mail. */
async function takeOver(desk: TestServer, inviter: TestVisitor, email = MIA): Promise<TestVisitor> {
  const token = await inviteTo(inviter, email);
  const impostor = desk.visitor();
  await impostor.api.team.join.mutate({ token, name: "Not Mia", password: THEIRS });
  expect((await impostor.signIn(email, THEIRS)).status).toBe(200);
  return impostor;
}

async function joinAs(desk: TestServer, inviter: TestVisitor, email = MIA): Promise<TestVisitor> {
  const mia = desk.visitor();
  const token = await inviteTo(inviter, email);
  await mia.api.team.join.mutate({ token, name: "Mia", password: TEST_PASSWORD });
  expect((await mia.signIn(email)).status).toBe(200);
  return mia;
}

async function memberIdOf(visitor: TestVisitor, email: string): Promise<string> {
  const { members } = await visitor.api.team.list.query();
  return members.find((member) => member.email === email)?.id ?? "";
}

const organizationsOf = async (visitor: TestVisitor) =>
  ((await visitor.api.session.me.query())?.organizations ?? []).map(({ name }) => name);

describe.each(testDatabases)("accounts that claim one address on %s", (kind) => {
  test("an account that another organisation made keeps nobody out, and leads to nothing of theirs", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    const impostor = await takeOver(desk, boris);
    const mia = await joinAs(desk, olga);
    expect(await organizationsOf(mia)).toEqual(["Acme"]);
    expect(await organizationsOf(impostor)).toEqual(["Other"]);

    const again = desk.visitor();
    expect((await again.signIn(MIA, THEIRS)).status).toBe(200);
    expect(await organizationsOf(again), "each password opens its own account").toEqual(["Other"]);
    expect((await desk.visitor().signIn(MIA, "neither of the two")).status).toBe(401);
    expect((await olga.api.team.list.query()).members).toHaveLength(2);
    expect((await boris.api.team.list.query()).members).toHaveLength(2);
  });

  test("an invitation of another organisation does not lead into an account that was there before", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    const mia = await joinAs(desk, olga);
    const token = await inviteTo(boris, MIA);
    const stranger = desk.visitor();
    expect(Object.keys(await stranger.api.team.invitation.query({ token })).toSorted()).toEqual([
      "email",
      "expiresAt",
      "organization",
      "role",
    ]);
    await stranger.api.team.join.mutate({ token, name: "Not Mia", password: THEIRS });
    await stranger.signIn(MIA, THEIRS);
    expect(await organizationsOf(stranger)).toEqual(["Other"]);
    expect(await organizationsOf(mia)).toEqual(["Acme"]);
    expect((await desk.visitor().signIn(MIA)).status).toBe(200);
  });

  test("Mia herself joins with the account that she has, and sees both", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    const mia = await joinAs(desk, olga);
    await mia.api.team.join.mutate({ token: await inviteTo(boris, MIA) });
    expect(await organizationsOf(mia)).toEqual(["Acme", "Other"]);
    expect(await desk.store.db.$count(users, eq(users.email, MIA))).toBe(1);
  });

  test("no link of another owner changes a password or a second step, made before or after", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    const mia = await joinAs(desk, boris);
    await addSecondFactor(mia);
    const memberId = await memberIdOf(boris, MIA);
    const { link } = await boris.api.team.makeResetLink.mutate({ memberId });
    await mia.api.team.join.mutate({ token: await inviteTo(olga, MIA) });
    expect(await organizationsOf(mia)).toEqual(["Other", "Acme"]);

    const token = new URL(link).hash.slice(1);
    await expect(desk.visitor().api.password.reset.mutate({ token, password: THEIRS })).rejects.toMatchObject(
      rejectedResponse("not_allowed"),
    );
    await expect(boris.api.team.makeResetLink.mutate({ memberId })).rejects.toMatchObject(
      rejectedResponse("not_allowed"),
    );
    await expect(boris.api.team.resetSecondFactor.mutate({ memberId })).rejects.toMatchObject(
      rejectedResponse("not_allowed"),
    );
    expect((await desk.visitor().signIn(MIA, THEIRS)).status).toBe(401);
    await boris.api.team.remove.mutate({ memberId });
    await expect(boris.api.team.makeResetLink.mutate({ memberId })).rejects.toMatchObject(
      rejectedResponse("not_found"),
    );
  });

  test("joining while a link changes the password: one of both, never a password of somebody else's", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    for (let round = 0; round < 4; round++) {
      const email = `mia${round}@example.com`;
      const mia = await joinAs(desk, boris, email);
      const { link } = await boris.api.team.makeResetLink.mutate({
        memberId: await memberIdOf(boris, email),
      });
      const invitation = await inviteTo(olga, email);
      const [joined, reset] = await Promise.allSettled([
        mia.api.team.join.mutate({ token: invitation }),
        desk.visitor().api.password.reset.mutate({ token: new URL(link).hash.slice(1), password: THEIRS }),
      ]);
      if (reset.status === "fulfilled") expect(await mia.api.session.me.query(), "signed out").toBeNull();
      const attacker = desk.visitor();
      const signedIn = (await attacker.signIn(email, THEIRS)).status;
      expect(signedIn).toBe(reset.status === "fulfilled" ? 200 : 401);
      expect(await organizationsOf(attacker), "never what she joined").not.toContain("Acme");
      expect([joined.status, reset.status]).toContain("fulfilled");
    }
    expect(desk.reported).toEqual([]);
  });

  test("whoever reads the mail of the address gets the account that is theirs", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    await takeOver(desk, boris);
    const verified = async () =>
      (await desk.store.db.select().from(users).where(eq(users.email, MIA))).filter(
        (user) => user.emailVerified,
      );
    expect(await verified(), "a link from the response proves nothing").toEqual([]);

    await inviteTo(olga, MIA);
    const token = setupTokenOf(linkIn(desk.mails.at(-1)?.text));
    const mia = desk.visitor();
    await mia.api.team.join.mutate({ token, name: "Mia", password: TEST_PASSWORD });
    await mia.signIn(MIA);
    expect(await organizationsOf(mia)).toEqual(["Acme"]);
    expect(await verified()).toMatchObject([{ name: "Mia" }]);

    desk.mails.length = 0;
    await desk.visitor().api.password.requestReset.mutate({ email: MIA });
    const reset = new URL(linkIn(desk.mails[0]?.text)).hash.slice(1);
    const { accounts: choice = [] } = await desk.visitor().api.password.offer.query({ token: reset });
    expect(choice.map(({ organizations }) => organizations)).toEqual([["Acme"], ["Other"]]);
    await desk.visitor().api.password.reset.mutate({ token: reset, password: "chosen after the mail" });
    expect(await mia.api.session.me.query(), "it was the proved one").toBeNull();
    const back = desk.visitor();
    expect((await back.signIn(MIA, "chosen after the mail")).status).toBe(200);
    expect(await organizationsOf(back)).toEqual(["Acme"]);
    expect((await desk.visitor().signIn(MIA, THEIRS)).status, "the other one is not touched").toBe(200);
  });

  test("where none is proved, the mail asks which; it is proved then, and only one of them", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    await takeOver(desk, boris);
    await joinAs(desk, olga);
    const request = async () => {
      desk.mails.length = 0;
      await desk.visitor().api.password.requestReset.mutate({ email: MIA });
      return new URL(linkIn(desk.mails[0]?.text)).hash.slice(1);
    };
    const token = await request();
    const { password } = desk.visitor().api;
    const { accounts: choice = [] } = await password.offer.query({ token });
    const [stranger] = await desk.store.db.select().from(users).where(eq(users.email, "boris@example.com"));
    for (const accountId of [undefined, stranger?.id])
      await expect(
        password.reset.mutate({ token, password: "another one", accountId }),
      ).rejects.toMatchObject(rejectedResponse("account_ambiguous", "accountId"));
    const acme = choice.find(({ organizations }) => organizations.includes("Acme"))?.id ?? "";
    const other = choice.find(({ organizations }) => organizations.includes("Other"))?.id ?? "";
    await password.reset.mutate({ token, password: "chosen after the mail", accountId: acme });
    await password.reset.mutate({
      token: await request(),
      password: "chosen for the other",
      accountId: other,
    });
    const kept = await desk.store.db.select().from(users).where(eq(users.email, MIA));
    expect(kept.filter((user) => user.emailVerified).map(({ id }) => id)).toEqual([acme]);
    const back = desk.visitor();
    await back.signIn(MIA, "chosen for the other");
    expect(await organizationsOf(back)).toEqual(["Other"]);
  });

  test("however many accounts claim an address, a sign-in costs one hash, also after a new password", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    const mia = await joinAs(desk, olga);
    const impostor = await takeOver(desk, boris);
    const body = {
      currentPassword: THEIRS,
      newPassword: "the attacker's next one",
      revokeOtherSessions: true,
    };
    expect((await impostor.post("/api/auth/change-password", body)).status).toBe(200);
    const { link } = await olga.api.team.makeResetLink.mutate({ memberId: await memberIdOf(olga, MIA) });
    await desk
      .visitor()
      .api.password.reset.mutate({ token: new URL(link).hash.slice(1), password: "the next one of Mia" });
    expect(await mia.api.session.me.query()).toBeNull();
    const rows = await desk.store.db
      .select({ hash: accounts.password })
      .from(accounts)
      .innerJoin(users, eq(users.id, accounts.userId))
      .where(eq(users.email, MIA));
    expect(new Set(rows.map(({ hash }) => hash?.split("$")[4])).size).toBe(1);
    expect(new Set(rows.map(({ hash }) => hash)).size).toBe(2);
    for (const [email, password, status] of [
      [MIA, "the next one of Mia", 200],
      [MIA, "the attacker's next one", 200],
      [MIA, "neither of the two", 401],
      ["nobody@example.com", TEST_PASSWORD, 401],
    ] as const) {
      let work = 0;
      const count = () => {
        work += 1;
      };
      passwordHashingChannel.subscribe(count);
      expect((await desk.visitor().signIn(email, password)).status).toBe(status);
      passwordHashingChannel.unsubscribe(count);
      expect(work, `${email} ${password}`).toBe(1);
    }
  });

  test("whoever holds one account of an address guesses at the other no more often than anybody", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    const mia = await joinAs(desk, olga);
    const impostor = await takeOver(desk, boris);
    let address = 0;
    const from = () => {
      const visitor = desk.visitor();
      visitor.headers["x-forwarded-for"] = `2001:db8:${++address}::1`;
      return visitor;
    };
    const reset = async () => {
      const memberId = await memberIdOf(boris, MIA);
      const { link } = await boris.api.team.makeResetLink.mutate({ memberId });
      await from().api.password.reset.mutate({ token: new URL(link).hash.slice(1), password: THEIRS });
    };
    for (let n = 1; n <= 12; n++) {
      await from().signIn(MIA, "wrong horse battery");
      // Neither a right password of theirs, nor a known device, nor a new password resets the limit of the other account.
      if (n % 4 === 0) await reset();
      await from().signIn(MIA, THEIRS);
      await impostor.signIn(MIA, THEIRS);
      await impostor.signIn(MIA, "wrong horse battery");
    }
    expect((await from().signIn(MIA)).status, "closed to new devices").toBe(401);
    const [user] = await desk.store.db.select().from(users).where(eq(users.name, "Mia"));
    const [counted] = await desk.store.db
      .select()
      .from(callCounts)
      .where(eq(callCounts.key, `sign-in:account:${user?.id}`));
    expect(counted?.count).toBeGreaterThan(10);
    mia.headers["x-forwarded-for"] = "192.0.2.7";
    expect((await mia.signIn(MIA)).status, "open to a device that she has used").toBe(200);
    expect(await organizationsOf(mia)).toEqual(["Acme"]);
  });

  test("inviting and joining are the same whether the address has an account or not", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    await joinAs(desk, olga);
    const seen = await Promise.all(
      [MIA, "nobody@example.com"].map(async (email) => {
        const bare = (value: unknown) =>
          JSON.stringify(value)
            .replaceAll(email, "…")
            .replaceAll(/"(id|organizationId|expiresAt)":"[^"]+"|join\/[\w-]+/g, "…");
        const invited = await boris.api.team.invite.mutate({ email, role: "member" });
        const token = setupTokenOf(invited.link);
        const visitor = desk.visitor();
        const offer = await visitor.api.team.invitation.query({ token });
        const bad = await visitor.api.team.join
          .mutate({ token, name: "X", password: "short" })
          .catch((error: { data: unknown }) => error.data);
        const without = await visitor.api.team.join
          .mutate({ token })
          .catch((error: { data: unknown }) => error.data);
        const joined = await visitor.api.team.join.mutate({ token, name: "X", password: THEIRS });
        return [invited, offer, bad, without, joined].map(bare);
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
  });

  test("an operator names the account where an address has several", async () => {
    await using desk = await startTestServer("postgres");
    const { olga, boris } = await openTwo(desk);
    await joinAs(desk, olga);
    await takeOver(desk, boris);
    const said: string[] = [];
    const run = (...parameters: string[]) =>
      runUserCommand(
        () => readCommandConfig({ DATABASE_URL: desk.store.url ?? "", PUBLIC_URL: desk.url }),
        parameters,
        (line) => said.push(line),
      );
    await expect(run("reset-link", MIA)).rejects.toThrow(
      /^2 accounts have the address mia@example\.com\. .*\n {2}[\da-f-]{36} {3}Mia, Acme\n {2}[\da-f-]{36} {3}Not Mia, Other$/,
    );
    await expect(run("reset-link", MIA, "no such account")).rejects.toThrow("2 accounts have the address");
    const [user] = await desk.store.db.select().from(users).where(eq(users.name, "Mia"));
    await run("reset-link", MIA, user?.id ?? "");
    const token = new URL(linkIn(said[0])).hash.slice(1);
    await desk.visitor().api.password.reset.mutate({ token, password: "from the operator" });
    const back = desk.visitor();
    await back.signIn(MIA, "from the operator");
    expect(await organizationsOf(back)).toEqual(["Acme"]);
  });

  test("the previous version finds and makes accounts beside this one", async () => {
    await using desk = await startTestServer(kind);
    const { olga, boris } = await openTwo(desk);
    await joinAs(desk, olga);
    await takeOver(desk, boris);
    const { query } = desk.store;
    expect(await query("select name from users where email = $1", [MIA])).toEqual([{ name: "Mia" }]);
    const insert = (email: string) =>
      query(
        "insert into users (id, name, email) values (gen_random_uuid(), 'Old', $1) on conflict (email) do nothing returning address",
        [email],
      );
    expect(await insert("old@example.com")).toEqual([{ address: "old@example.com" }]);
    expect(await insert(MIA)).toEqual([]);
  });
});

describe.each(testDatabases)("limits of signing in on %s", (kind) => {
  test("an address over its own limit counts for no account, and adds no rows", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const { db } = desk.store;
    const from = (address: string) => {
      const visitor = desk.visitor();
      visitor.headers["x-forwarded-for"] = address;
      return visitor;
    };
    const attacker = from("203.0.113.9");
    await attacker.signIn("nobody@example.com", "wrong horse battery");
    await db.update(callCounts).set({ count: 60 }).where(eq(callCounts.key, "sign-in:block:203.0.113.9"));
    const before = await db.$count(callCounts);
    for (let n = 1; n <= 12; n++) {
      expect((await attacker.signIn("owner@example.com", "wrong horse battery")).status).toBe(429);
      expect((await attacker.signIn(`made-up-${n}@example.com`, "wrong horse battery")).status).toBe(429);
    }
    expect(await db.$count(callCounts)).toBe(before);
    expect((await from("198.51.100.7").signIn("owner@example.com")).status).toBe(200);
  });

  test("codes after the password, and links, stop at the limit of the address too", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    await addSecondFactor(olga);
    const thief = desk.visitor();
    thief.headers["x-forwarded-for"] = "203.0.113.9";
    await thief.signIn("owner@example.com");
    const { db } = desk.store;
    await thief.post("/api/auth/second-step", { code: "not-a-code" });
    await db.update(callCounts).set({ count: 60 }).where(like(callCounts.key, "%:block:203.0.113.9"));
    await db.delete(callCounts).where(like(callCounts.key, "second-factor:%"));
    for (let n = 1; n <= 6; n++)
      expect((await thief.post("/api/auth/second-step", { code: "not-a-code" })).status).toBe(429);
    for (let n = 1; n <= 3; n++)
      await expect(thief.api.password.requestReset.mutate({ email: "owner@example.com" })).resolves.toEqual(
        {},
      );
    await db.update(callCounts).set({ count: 60 }).where(like(callCounts.key, "reset:block:203.0.113.9"));
    const before = await db.$count(callCounts);
    for (let n = 1; n <= 6; n++)
      await expect(
        thief.api.password.requestReset.mutate({ email: `made-up-${n}@example.com` }),
      ).rejects.toMatchObject(rejectedResponse("too_many_requests"));
    expect(await db.$count(callCounts)).toBe(before);
    expect(await db.$count(callCounts, like(callCounts.key, "second-factor:%"))).toBe(0);
    expect(await db.$count(verifications)).toBe(3);
  });

  test("made-up addresses share a fixed number of counters", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    await desk.visitor().signIn("made-up@example.com", "wrong horse battery");
    await desk.visitor().api.password.requestReset.mutate({ email: "made-up@example.com" });
    const keys = (await desk.store.db.select().from(callCounts)).map(({ key }) => key);
    expect(keys.join()).not.toContain("made-up");
    expect(keys).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^sign-in:address-\d{1,5}$/),
        expect.stringMatching(/^reset:address-\d{1,5}$/),
      ]),
    );
  });

  test("what the purges look for is indexed", async () => {
    await using desk = await startTestServer(kind);
    const columns = await desk.store.query<{ column: string }>(
      `select c.relname || '.' || a.attname as column from pg_index i
       join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
       where c.relname in ('call_counts', 'rate_limits', 'verifications')`,
      [],
    );
    expect(columns.map(({ column }) => column)).toEqual(
      expect.arrayContaining([
        "call_counts.window_start",
        "rate_limits.last_request",
        "verifications.expires_at",
      ]),
    );
  });
});
