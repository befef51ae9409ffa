import { inspect } from "node:util";
import { accounts, sessions, users } from "@waystation/db/schema/identity";
import { callCounts } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { describeError } from "../lifecycle/logger.ts";
import { createTestLog } from "../testing/test-files.ts";
import {
  addSecondFactor,
  rejectedResponse,
  setupTokenOf,
  startTestServer,
  TEST_PASSWORD,
  type TestVisitor,
} from "../testing/test-server.ts";
import { createAuth } from "./auth.ts";

const HOUR = 3_600_000;

describe.each(testDatabases)("signing in on %s", (kind) => {
  test("an address signs in whatever its case, and the session acts for the organisation", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const visitor = desk.visitor();
    expect(await visitor.api.session.me.query()).toBeNull();
    const response = await visitor.signIn("  Owner@EXAMPLE.com ");
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^waystation\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
      expect.stringMatching(
        /^waystation\.known_device=[^;]+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/,
      ),
    ]);
    expect(await visitor.api.session.me.query()).toMatchObject({
      user: { name: "Olga Owner", email: "owner@example.com" },
      organization: { name: "Acme", role: "owner" },
      organizations: [{ name: "Acme", role: "owner" }],
      instance: { publicUrl: desk.url, embedded: kind === "embedded", mail: true, testMode: null },
    });
    expect(desk.reported).toEqual([]);
  });

  test("a wrong password and an unknown address get the same answer", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const answers = await Promise.all(
      ["owner@example.com", "nobody@example.com"].map(async (email) => {
        const response = await desk.visitor().signIn(email, "wrong horse battery");
        const headers = [...response.headers].filter(([name]) => name !== "date");
        return { status: response.status, headers, body: await response.text() };
      }),
    );
    expect(answers[0]?.status).toBe(401);
    expect(answers[0]?.body).toContain("INVALID_EMAIL_OR_PASSWORD");
    expect(answers[1]).toEqual(answers[0]);
  });

  test("passwords are kept as argon2id with the cost that OWASP asks for", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const [account] = await desk.store.db.select().from(accounts);
    expect(account?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test("only eight routes exist, and sign-up is not one of them", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const body = {
      name: "Eve",
      email: "eve@example.com",
      password: TEST_PASSWORD,
      newPassword: TEST_PASSWORD,
    };
    const closed = [
      ..."sign-up/email sign-in/social delete-user change-email update-user set-password update-session".split(
        " ",
      ),
      ..."request-password-reset reset-password verify-password send-verification-email link-social".split(
        " ",
      ),
      ..."unlink-account revoke-sessions refresh-token get-access-token organization/create".split(" "),
      ..."sign-in/email/ /sign-in/email Sign-In/Email sign-in%2Femail ../auth/sign-up/email".split(" "),
    ];
    for (const path of closed)
      expect((await owner.post(`/api/auth/${path}`, body)).status, `POST ${path}`).toBe(404);
    const readable =
      "ok error list-accounts verify-email delete-user/callback callback/google reset-password/x account-info";
    for (const path of ["", ...readable.split(" ")])
      expect((await owner.send(`/api/auth/${path}`)).status, `GET ${path}`).toBe(404);
    for (const path of ["sign-in/email", "sign-out"])
      expect((await owner.send(`/api/auth/${path}`)).status, `GET ${path}`).toBe(405);
    expect(await desk.store.db.select().from(users)).toHaveLength(1);
  });

  test("only JSON of a sensible size is read", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const visitor = desk.visitor();
    const path = "/api/auth/sign-in/email";
    const form = `email=owner%40example.com&password=${encodeURIComponent(TEST_PASSWORD)}`;
    const json = JSON.stringify({ email: "owner@example.com", password: TEST_PASSWORD });
    const status = async (body: string, type: string) =>
      (await visitor.post(path, body, { "content-type": type })).status;
    expect(await status(form, "application/x-www-form-urlencoded")).toBe(415);
    expect(await status(json, "text/plain")).toBe(415);
    expect(await status(json, "multipart/form-data; boundary=x")).toBe(415);
    expect(await status(json, "application/jsonp")).toBe(415);
    expect(await status("{", "application/json")).toBe(400);
    expect(await status("null", "application/json")).toBe(400);
    expect(await status('{"email":{"$ne":1},"password":["a"]}', "application/json")).toBe(400);
    expect(await status(JSON.stringify({ email: "x".repeat(17_000) }), "application/json")).toBe(413);
    const odd = [
      "\u0000@example.com",
      "\ud800@example.com",
      "a\u0000b",
      "' or 1=1 --",
      `${"a".repeat(260)}@b.cc`,
    ];
    for (const email of odd)
      expect(await status(JSON.stringify({ email, password: "\u0000\ud800" }), "application/json")).toBe(400);
    expect(visitor.cookies.size).toBe(0);
    expect(await status(json, "application/json; charset=utf-8")).toBe(200);
  });

  test("another site can neither sign anybody in nor act with a session", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const body = { email: "owner@example.com", password: TEST_PASSWORD };
    for (const origin of ["https://evil.example", "null", `${desk.url}.evil.example`, "http://localhost:1"]) {
      const stranger = desk.visitor();
      const signIn = await stranger.post("/api/auth/sign-in/email", body, { origin });
      expect(signIn.status, `sign-in from ${origin}`).toBe(403);
      expect(stranger.cookies.size).toBe(0);
      expect((await owner.post("/api/auth/sign-out", {}, { origin })).status).toBe(403);
    }
    expect(await owner.api.session.me.query()).not.toBeNull();
  });

  test("a program, which says no origin, signs in and out; a page that hides its own does not", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const post = (path: string, headers: Record<string, string>, body: object = {}) =>
      fetch(`${desk.url}/api/auth/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(body),
      });
    const body = { email: "owner@example.com", password: TEST_PASSWORD };
    for (const site of ["cross-site", "same-site", "none"])
      expect((await post("sign-in/email", { "sec-fetch-site": site }, body)).status, site).toBe(403);
    const signIn = await post("sign-in/email", {}, body);
    expect(signIn.status).toBe(200);
    const cookie = (signIn.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
    expect((await post("sign-out", { cookie, referer: "https://evil.example/" })).status).toBe(403);
    expect(await desk.store.db.$count(sessions)).toBe(2);
    expect((await post("sign-out", { cookie })).status).toBe(200);
    expect(await desk.store.db.$count(sessions)).toBe(1);
  });

  test("a target to redirect to is ignored", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    for (const callbackURL of ["https://evil.example", "//evil.example", "/\\evil.example", "/inbox"]) {
      const body = { email: "owner@example.com", password: TEST_PASSWORD, callbackURL };
      const response = await desk.visitor().post("/api/auth/sign-in/email", body);
      expect(response.status).toBe(200);
      expect(response.headers.get("location")).toBeNull();
      expect(await response.json()).toMatchObject({ redirect: false });
    }
  });

  test("a session planted before signing in is not taken over, and the one replaced is ended", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const [planted] = owner.cookies.values();
    await owner.signIn("owner@example.com");
    const [own] = owner.cookies.values();
    expect(own).not.toBe(planted);

    const attacker = desk.visitor();
    attacker.cookies.set("waystation.session_token", planted ?? "");
    expect(await attacker.api.session.me.query()).toBeNull();
    expect(await owner.api.session.me.query()).not.toBeNull();

    const victim = desk.visitor();
    victim.cookies.set("waystation.session_token", "chosen-by-the-attacker.c2lnbmF0dXJl");
    await victim.signIn("owner@example.com");
    expect(victim.cookies.get("waystation.session_token")).not.toMatch(/^chosen/);
  });

  test("a session token without our signature is nobody", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const [session] = await desk.store.db.select().from(sessions);
    const visitor = desk.visitor();
    for (const value of [session?.token ?? "", `${session?.token}.${"A".repeat(43)}%3D`]) {
      visitor.cookies.set("waystation.session_token", value);
      expect(await visitor.api.session.me.query()).toBeNull();
    }
  });

  test("signing out ends the session on the server", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const kept = new Map(owner.cookies);
    expect((await owner.post("/api/auth/sign-out")).status).toBe(200);
    expect([...owner.cookies.keys()]).toEqual(["waystation.known_device"]);
    for (const [name, value] of kept) owner.cookies.set(name, value);
    expect(await owner.api.session.me.query()).toBeNull();
    expect(await desk.store.db.select().from(sessions)).toEqual([]);
  });

  test("a session lasts 12 hours without a request, moves on with use, and never past 7 days", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const { db } = desk.store;
    const read = async () => {
      const [session] = await db.select().from(sessions);
      if (!session) throw new Error("The session is gone.");
      return { left: session.expiresAt.getTime() - Date.now(), session };
    };
    const set = (values: Record<string, unknown>) => db.update(sessions).set(values);

    expect((await read()).left / HOUR).toBeCloseTo(12, 1);

    await set({ expiresAt: new Date(Date.now() + HOUR), updatedAt: new Date(Date.now() - 11 * HOUR) });
    expect(await owner.api.session.me.query()).not.toBeNull();
    expect((await read()).left / HOUR).toBeCloseTo(12, 1);

    const almost = new Date(Date.now() - (7 * 24 - 1) * HOUR);
    await set({ createdAt: almost, updatedAt: new Date(Date.now() - HOUR) });
    expect(await owner.api.session.me.query()).not.toBeNull();
    expect((await read()).left / HOUR).toBeCloseTo(1, 1);

    await set({ expiresAt: new Date(Date.now() - 1000) });
    expect(await owner.api.session.me.query()).toBeNull();
  });

  test("a session in use is written at most every five minutes", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const before = await desk.store.db.select().from(sessions);
    await owner.api.session.me.query();
    expect(await desk.store.db.select().from(sessions)).toEqual(before);
  });

  test("changing the password asks for the old one and for a good new one, and ends other sessions", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const { id: second } = await owner.api.organizations.create.mutate({ name: "Second" });
    await owner.api.organizations.activate.mutate({ organizationId: second });
    const elsewhere = desk.visitor();
    await elsewhere.signIn("owner@example.com");
    const change = async (currentPassword: string, newPassword: string) => {
      const body = { currentPassword, newPassword, revokeOtherSessions: true };
      const response = await owner.post("/api/auth/change-password", body);
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    expect(await change(TEST_PASSWORD, "short")).toEqual([400, "PASSWORD_WEAK"]);
    expect(await change(TEST_PASSWORD, "password123456")).toEqual([400, "PASSWORD_WEAK"]);
    expect(await change("wrong horse battery", "a much better horse")).toEqual([400, "INVALID_PASSWORD"]);
    expect(await elsewhere.api.session.me.query()).not.toBeNull();
    expect(await change(TEST_PASSWORD, "a much better horse")).toEqual([200, undefined]);

    expect(await elsewhere.api.session.me.query()).toBeNull();
    expect(await owner.api.session.me.query()).toMatchObject({ organization: { id: second } });
    expect((await desk.visitor().signIn("owner@example.com", TEST_PASSWORD)).status).toBe(401);
    expect((await desk.visitor().signIn("owner@example.com", "a much better horse")).status).toBe(200);
  });

  test("people see and end their own sessions only", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const member = await desk.addMember(owner, "mia@example.com", "member");
    const phone = desk.visitor();
    await phone.signIn("mia@example.com");
    const list = async () =>
      (await (await member.send("/api/auth/list-sessions")).json()) as { token: string; userAgent: string }[];
    const tokens = (await list()).map(({ token }) => token);
    expect(tokens).toHaveLength(2);

    for (const token of tokens) await owner.post("/api/auth/revoke-session", { token });
    for (const token of ["", "\u0000", "\ud800", ["x"], null, { $ne: 1 }])
      expect((await owner.post("/api/auth/revoke-session", { token })).status).toBe(400);
    expect(await list()).toHaveLength(2);

    await member.post("/api/auth/revoke-other-sessions");
    expect(await list()).toHaveLength(1);
    expect(await phone.api.session.me.query()).toBeNull();
    expect(await owner.api.session.me.query()).not.toBeNull();
  });
});

describe.each(testDatabases)("what is told of signing in on %s", (kind) => {
  const entriesOf = async (visitor: TestVisitor) =>
    (await visitor.api.audit.list.query({ action: "sign_in", limit: 100 })).items;

  test("who came in, who tried to and who left: in the audit log and in the log, with when and from where", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const mia = await desk.addMember(owner, "mia@example.com", "member");
    const stranger = desk.visitor();
    stranger.headers["x-forwarded-for"] = "::ffff:203.0.113.9";
    for (let n = 1; n <= 12; n++) await stranger.signIn("mia@example.com", "wrong horse battery");
    await stranger.signIn("nobody@example.com", "wrong horse battery");
    mia.headers["x-forwarded-for"] = "192.0.2.7";
    await mia.post("/api/auth/sign-out");
    const told = async () =>
      (await entriesOf(owner)).map(({ action, subject, actor, ip, detail }) => [
        action,
        subject,
        actor?.email ?? null,
        action === "sign_in.succeeded" ? null : ip,
        detail,
      ]);
    await expect.poll(async () => (await told()).length).toBe(5);
    const [at, by] = ["mia@example.com", "203.0.113.9"];
    expect(await told()).toEqual(
      expect.arrayContaining([
        [
          "sign_in.succeeded",
          "owner@example.com",
          "owner@example.com",
          null,
          { device: "new", by: "password" },
        ],
        ["sign_in.succeeded", at, at, null, { device: "new", by: "password" }],
        ["sign_in.failed", at, null, by, { device: "new" }],
        ["sign_in.closed", at, null, by, { device: "new" }],
        ["sign_in.ended", at, at, "192.0.2.7", {}],
      ]),
    );
    const lines = (name: string) => desk.lines.filter(({ event }) => event === name);
    await expect.poll(() => lines("sign_in.failed").length).toBe(11);
    expect(new Set(lines("sign_in.failed").map(({ ip }) => ip))).toEqual(new Set(["::ffff:203.0.113.9"]));
    expect(lines("sign_in.failed").map(({ userId }) => userId)).toContain(null);
    await expect.poll(() => lines("sign_in.closed").length).toBe(2);
    expect(JSON.stringify(desk.lines), "what was typed may be a password").not.toContain(
      "nobody@example.com",
    );
    expect(desk.reported).toEqual([]);
  });

  test("a wrong code after a right password, and too many", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const mia = await desk.addMember(owner, "mia@example.com", "member");
    await addSecondFactor(mia);
    const thief = desk.visitor();
    thief.headers["x-forwarded-for"] = "203.0.113.9";
    await thief.signIn("mia@example.com");
    const statuses = [];
    for (let n = 1; n <= 7; n++)
      statuses.push((await thief.post("/api/auth/second-step", { code: "not-a-code" })).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429]);
    const told = async () =>
      (await entriesOf(owner))
        .filter(({ ip }) => ip === "203.0.113.9")
        .map(({ action, subject, actor }) => [action, subject, actor])
        .toSorted();
    await expect.poll(told).toEqual([
      ["sign_in.code_wrong", "mia@example.com", null],
      ["sign_in.codes_closed", "mia@example.com", null],
    ]);
    await expect.poll(() => desk.lines.filter(({ event }) => event === "sign_in.code_wrong").length).toBe(5);
  });

  test("nobody fills the log by coming and going", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const mia = await desk.addMember(owner, "mia@example.com", "member");
    for (let n = 1; n <= 25; n++) await mia.signIn("mia@example.com");
    await expect.poll(() => desk.lines.filter(({ event }) => event === "sign_in.succeeded").length).toBe(27);
    const theirs = (await entriesOf(owner)).filter(({ subject }) => subject === "mia@example.com");
    expect(theirs).toHaveLength(20);
  });
});

describe.each(testDatabases)("guessing passwords on %s", (kind) => {
  test("ten wrong ones close an account for a while, wherever they come from, and the answer tells nothing", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const attempt = async (email: string, password: string, address: number) => {
      const visitor = desk.visitor();
      visitor.headers["x-forwarded-for"] = `2001:db8:${address}::1`;
      const response = await visitor.signIn(email, password);
      return {
        status: response.status,
        retry: response.headers.get("retry-after"),
        body: await response.text(),
      };
    };
    const last = [];
    for (const email of ["owner@example.com", "nobody@example.com"]) {
      for (let n = 1; n <= 10; n++) expect((await attempt(email, "wrong horse battery", n)).status).toBe(401);
      last.push(await attempt(email, TEST_PASSWORD, 99));
    }
    expect(last.map(({ status }) => status)).toEqual([429, 429]);
    expect(last[0]?.body).toBe(last[1]?.body);
    expect(Number(last[0]?.retry)).toBeGreaterThan(800);

    await desk.store.db.update(callCounts).set({ windowStart: sql`now() - interval '16 minutes'` });
    expect((await attempt("owner@example.com", TEST_PASSWORD, 99)).status).toBe(200);
  });

  test("who closes an account by guessing does not close it to the devices that it knows", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const mia = await desk.addMember(owner, "mia@example.com", "member");
    owner.headers["x-forwarded-for"] = "192.0.2.7";
    const stranger = desk.visitor();
    stranger.headers["x-forwarded-for"] = "203.0.113.9";
    const statusOf = async (visitor: TestVisitor, password = TEST_PASSWORD) =>
      (await visitor.signIn("owner@example.com", password)).status;
    for (let n = 1; n <= 10; n++) expect(await statusOf(stranger, "wrong horse battery")).toBe(401);
    const newDevice = desk.visitor();
    expect(await statusOf(newDevice)).toBe(429);
    expect(await statusOf(owner)).toBe(200);

    const name = "waystation.known_device";
    const cookie = owner.cookies.get(name) ?? "";
    const [nonce = "", mac = ""] = cookie.split(".");
    expect(mac).toMatch(/^[\w-]{43}$/);
    const forged = [
      mia.cookies.get(name) ?? "",
      `${nonce}.${mac.slice(1)}`,
      `${nonce}.${mac.startsWith("A") ? "B" : "A"}${mac.slice(1)}`,
      `x${cookie}`,
      `${cookie}x`,
      "",
      ".",
    ];
    for (const value of forged) {
      expect(value).not.toBe(cookie);
      newDevice.cookies.set(name, value);
      expect(await statusOf(newDevice), value).toBe(429);
    }
    for (let n = 1; n <= 10; n++) expect(await statusOf(owner, "wrong horse battery")).toBe(401);
    expect(await statusOf(owner), "a known device that guesses is closed too").toBe(429);
  });

  test("guesses in parallel do not get past the limit", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const answers = await Promise.all(
      Array.from(
        { length: 25 },
        async () => (await desk.visitor().signIn("owner@example.com", "x".repeat(20))).status,
      ),
    );
    expect(answers.filter((status) => status === 401)).toHaveLength(10);
    expect(answers.filter((status) => status === 429)).toHaveLength(15);
  });

  test("an address block is limited over all accounts; right passwords do not count", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const { db } = desk.store;
    const from = (address: string) => {
      const visitor = desk.visitor();
      visitor.headers["x-forwarded-for"] = address;
      return visitor;
    };
    const key = eq(callCounts.key, "sign-in:block:2001:db8:1:2::/64");
    for (let n = 0; n < 3; n++)
      expect((await from("2001:db8:1:2::7").signIn("owner@example.com")).status).toBe(200);
    expect(await db.select().from(callCounts).where(key)).toMatchObject([{ count: 0 }]);

    for (let n = 0; n < 3; n++)
      await from(`2001:db8:1:2:${n}::${n}`).signIn(`user${n}@example.com`, "wrong one here");
    expect(await db.select().from(callCounts).where(key)).toMatchObject([{ count: 3 }]);
    await db.update(callCounts).set({ count: 60 }).where(key);
    expect((await from("2001:db8:1:2:ffff::9").signIn("owner@example.com")).status).toBe(429);
    expect((await from("2001:db8:1:3::9").signIn("owner@example.com")).status).toBe(200);
  });

  test("the header that carries the address cannot be sent from outside", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    const visitor = desk.visitor();
    visitor.headers["x-waystation-client-ip"] = "203.0.113.9";
    await visitor.signIn("owner@example.com");
    const [session] = await desk.store.db
      .select()
      .from(sessions)
      .where(eq(sessions.ipAddress, "203.0.113.9"));
    expect(session).toBeUndefined();
    expect(await desk.store.db.select().from(sessions)).toMatchObject([
      { ipAddress: "127.0.0.1" },
      { ipAddress: "127.0.0.1" },
    ]);
  });

  test("the old password is guessed at most ten times with somebody's open session", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const [user] = await desk.store.db.select().from(users);
    const change = async (currentPassword: string) => {
      const body = { currentPassword, newPassword: "a much better horse" };
      return (await owner.post("/api/auth/change-password", body)).status;
    };
    expect(await change("wrong horse battery")).toBe(400);
    const key = and(eq(callCounts.key, `change-password:${user?.id}`), eq(callCounts.count, 1));
    expect(await desk.store.db.update(callCounts).set({ count: 10 }).where(key).returning()).toHaveLength(1);
    expect(await change(TEST_PASSWORD)).toBe(429);
  });
});

describe.each(testDatabases)("what a session may do on %s", (kind) => {
  test("a role counts from the next request on", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const admin = await desk.addMember(owner, "ada@example.com", "admin");
    const invite = (email: string) => admin.api.team.invite.mutate({ email, role: "member" });
    await invite("one@example.com");
    const { members } = await owner.api.team.list.query();
    const ada = members.find(({ email }) => email === "ada@example.com");
    await owner.api.team.changeRole.mutate({ memberId: ada?.id ?? "", role: "member" });
    await expect(invite("two@example.com")).rejects.toMatchObject(rejectedResponse("not_allowed"));
    // Unlike an invitation, this reads no role of its own.
    await expect(admin.api.replies.add.mutate({ shortcut: "late", body: "Too late" })).rejects.toMatchObject(
      rejectedResponse("not_allowed"),
    );
    expect(await admin.api.session.me.query()).toMatchObject({ organization: { role: "member" } });
  });

  test("a session that points at somebody else's organisation acts for one of one's own", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const mia = await desk.addMember(owner, "mia@example.com", "member");
    const second = await owner.api.organizations.create.mutate({ name: "Second" });
    for (const activeOrganizationId of [second.id, null]) {
      await desk.store.db.update(sessions).set({ activeOrganizationId });
      expect(await mia.api.session.me.query()).toMatchObject({
        organization: { name: "Acme", role: "member" },
      });
      expect((await mia.api.team.list.query()).members).toHaveLength(2);
    }
  });

  test("who is removed has no way in; a session falls back to another organisation of theirs", async () => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const mia = await desk.addMember(owner, "mia@example.com", "member");
    const second = await owner.api.organizations.create.mutate({ name: "Second" });
    const remove = async () => {
      const { members } = await owner.api.team.list.query();
      const memberId = members.find(({ email }) => email === "mia@example.com")?.id ?? "";
      await owner.api.team.remove.mutate({ memberId });
    };
    await remove();
    expect(await mia.api.session.me.query()).toBeNull();
    await expect(mia.api.team.list.query()).rejects.toMatchObject(rejectedResponse("not_signed_in"));

    await mia.signIn("mia@example.com");
    expect(await mia.api.session.me.query()).toMatchObject({ organization: null, organizations: [] });
    await expect(mia.api.team.list.query()).rejects.toMatchObject(rejectedResponse("not_allowed"));

    for (const organizationId of [
      second.id,
      (await owner.api.session.me.query())?.organizations[0]?.id ?? "",
    ]) {
      await owner.api.organizations.activate.mutate({ organizationId });
      const { link } = await owner.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
      await mia.api.team.join.mutate({ token: setupTokenOf(link) });
    }
    expect(await mia.api.session.me.query()).toMatchObject({ organization: { name: "Acme" } });
    await remove();
    expect(await mia.api.session.me.query()).toMatchObject({ organization: { name: "Second" } });
  });
});

test.for(testDatabases)(
  "%s: a failure of the database shows nothing of it, and is reported without what was sent",
  async (kind) => {
    await using desk = await startTestServer(kind);
    const owner = await desk.setUp();
    await desk.store.db.execute(sql`alter table sessions rename to elsewhere`);
    const response = await desk.visitor().signIn("owner@example.com");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/sessions|insert|delete|owner/);
    expect(desk.reported).toHaveLength(1);
    const log = inspect(describeError(desk.reported[0]), { depth: 9 });
    expect(log).toContain("sessions");
    expect(log).not.toMatch(/params|owner@example|argon2/);

    expect((await owner.send("/api/auth/get-session")).status).toBe(500);
    expect(desk.reported).toHaveLength(2);
  },
);

test("on https the cookie is bound to the host, and secure", async () => {
  await using desk = await startTestServer("embedded");
  await desk.setUp();
  const publicUrl = "https://desk.example.com";
  const secret = "not a secret outside of this test 7tq2";
  const auth = createAuth({
    db: desk.store.db,
    keyring: desk.platform.keyring,
    publicUrl,
    secret,
    report: () => {},
    log: createTestLog().log,
    onSessionsEnded: async () => {},
  });
  const response = await auth.handler(
    new Request(`${publicUrl}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: publicUrl },
      body: JSON.stringify({ email: "owner@example.com", password: TEST_PASSWORD }),
    }),
  );
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-waystation\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
    expect.stringMatching(
      /^__Host-waystation\.known_device=[^;]+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    ),
  ]);
  const cookie = (response.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
  expect(await auth.session(new Headers({ cookie }))).toMatchObject({ user: { email: "owner@example.com" } });
});
