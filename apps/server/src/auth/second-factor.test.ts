import { createContext } from "@waystation/core/create-context";
import { secondFactors, sessions, users } from "@waystation/db/schema/identity";
import { callCounts } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { subscribeToEventChanges } from "@waystation/whatsapp/events/event-changes";
import { eq, like } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { runUserCommand } from "../commands/user-commands.ts";
import { readCommandConfig } from "../lifecycle/config.ts";
import { authenticatorCode } from "../testing/authenticator-code.ts";
import {
  addSecondFactor,
  rejectedResponse,
  setupTokenOf,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
  type TestVisitor,
} from "../testing/test-server.ts";

/** As if time had gone on since the last code. */
const later = (desk: TestServer) => desk.store.db.update(secondFactors).set({ lastStep: 0 });

const sendCode = (visitor: TestVisitor, code: string) => visitor.post("/api/auth/second-step", { code });

async function signInWith(visitor: TestVisitor, email: string, code: string): Promise<number> {
  await visitor.signIn(email);
  return (await sendCode(visitor, code)).status;
}

/** All that a stream says until it ends. */
async function openStream(visitor: TestVisitor): Promise<string> {
  const accept = "text/event-stream";
  return (await visitor.send("/api/trpc/events.changes?input={}", { headers: { accept } })).text();
}

async function memberId(visitor: TestVisitor, email: string): Promise<string> {
  const { members } = await visitor.api.team.list.query();
  return members.find((member) => member.email === email)?.id ?? "";
}

describe.each(testDatabases)("two-step sign-in on %s", (kind) => {
  test("is set up with the password and a code of the app; then sign-in takes both, and before the code nobody is in", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const elsewhere = desk.visitor();
    await elsewhere.signIn("owner@example.com");
    await expect(
      olga.api.secondFactor.begin.mutate({ password: "wrong horse battery" }),
    ).rejects.toMatchObject(rejectedResponse("password_wrong", "password"));
    const { secret, uri } = await olga.api.secondFactor.begin.mutate({ password: TEST_PASSWORD });
    expect(uri).toContain(`secret=${secret}`);
    expect(uri).toMatch(/^otpauth:\/\/totp\/Waystation:owner%40example\.com\?/);
    expect((await desk.visitor().signIn("owner@example.com")).headers.getSetCookie().join()).toContain(
      "session_token=",
    );
    await expect(
      olga.api.secondFactor.confirm.mutate({ code: authenticatorCode(secret, 5) }),
    ).rejects.toMatchObject(rejectedResponse("code_wrong", "code"));
    const { backupCodes } = await olga.api.secondFactor.confirm.mutate({ code: authenticatorCode(secret) });
    expect(new Set(backupCodes).size).toBe(10);
    expect(await olga.api.secondFactor.status.query()).toEqual({
      since: expect.any(String),
      backupCodesLeft: 10,
      requiredBy: [],
    });
    expect(await elsewhere.api.session.me.query(), "who was in without a code").toBeNull();
    expect(await olga.api.session.me.query()).not.toBeNull();

    const phone = desk.visitor();
    const half = await phone.signIn("owner@example.com");
    expect(await half.json()).toEqual({ secondStep: true });
    expect([...phone.cookies.keys()]).toEqual(["waystation.second_step"]);
    expect(half.headers.getSetCookie().join()).toMatch(
      /second_step=[^;]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax/,
    );
    const { db } = desk.store;
    expect(await db.select().from(sessions), "no session is there to be had").toHaveLength(1);
    expect(await phone.api.session.me.query()).toBeNull();
    await expect(phone.api.team.list.query()).rejects.toMatchObject(rejectedResponse("not_signed_in"));
    expect(await (await phone.send("/api/auth/get-session")).json()).toBeNull();
    expect(await openStream(phone)).toContain(`"httpStatus":401`);

    expect((await sendCode(phone, authenticatorCode(secret, 1))).status).toBe(200);
    expect(await phone.api.session.me.query()).toMatchObject({ organization: { role: "owner" } });
    expect([...phone.cookies.keys()]).toEqual(["waystation.session_token", "waystation.known_device"]);
    expect(JSON.stringify(await db.select().from(secondFactors)), "nothing of it can be read").not.toMatch(
      new RegExp([secret, ...backupCodes].join("|")),
    );
    const log = await olga.api.audit.list.query({ search: "second_factor" });
    expect(log.items.map(({ action, subject }) => [action, subject])).toEqual([
      ["member.second_factor_on", "owner@example.com"],
    ]);
    expect(desk.reported).toEqual([]);
  });

  test("a code works once: by itself, for the same moment, and in parallel", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { secret } = await addSecondFactor(olga);
    expect(
      await signInWith(desk.visitor(), "owner@example.com", authenticatorCode(secret)),
      "it confirmed",
    ).toBe(400);
    const code = authenticatorCode(secret, 1);
    const visitors = [desk.visitor(), desk.visitor(), desk.visitor(), desk.visitor()];
    for (const visitor of visitors) await visitor.signIn("owner@example.com");
    const answers = await Promise.all(visitors.map((visitor) => sendCode(visitor, code)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400]);
    expect(
      await signInWith(desk.visitor(), "owner@example.com", authenticatorCode(secret)),
      "one of before",
    ).toBe(400);
    expect(desk.reported).toEqual([]);
  });

  test("a backup code works once, however it is written, and new ones end the old", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { secret, backupCodes } = await addSecondFactor(olga);
    const [first = "", second = "", third = ""] = backupCodes;
    const attempts = [first, first, first.toUpperCase().replaceAll("-", " ")];
    const statuses = [];
    for (const code of attempts) statuses.push(await signInWith(desk.visitor(), "owner@example.com", code));
    expect(statuses).toEqual([200, 400, 400]);
    expect(await signInWith(desk.visitor(), "owner@example.com", second.toUpperCase())).toBe(200);
    expect(await olga.api.secondFactor.status.query()).toMatchObject({ backupCodesLeft: 8 });
    const [used] = (await olga.api.audit.list.query({ search: "backup_code_used" })).items;
    expect(used).toMatchObject({ subject: "owner@example.com", detail: { left: 8 } });

    const { renewBackupCodes } = olga.api.secondFactor;
    const code = authenticatorCode(secret, 1);
    await expect(renewBackupCodes.mutate({ password: "wrong horse battery", code })).rejects.toMatchObject(
      rejectedResponse("password_wrong", "password"),
    );
    await expect(renewBackupCodes.mutate({ password: TEST_PASSWORD, code: "000000" })).rejects.toMatchObject(
      rejectedResponse("code_wrong", "code"),
    );
    const renewed = await renewBackupCodes.mutate({ password: TEST_PASSWORD, code });
    expect(await signInWith(desk.visitor(), "owner@example.com", third)).toBe(400);
    expect(await signInWith(desk.visitor(), "owner@example.com", renewed.backupCodes[0] ?? "")).toBe(200);
  });

  test("wrong codes run out for the account, wherever they come from, also in parallel", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { secret } = await addSecondFactor(olga);
    const visitors = Array.from({ length: 12 }, (_, n) => {
      const visitor = desk.visitor();
      visitor.headers["x-forwarded-for"] = `198.51.100.${n}`;
      return visitor;
    });
    for (const visitor of visitors) await visitor.signIn("owner@example.com");
    const statuses = await Promise.all(
      visitors.map(async (visitor) => (await sendCode(visitor, "abc-not-a-code")).status),
    );
    expect(statuses.toSorted()).toEqual([...Array(5).fill(400), ...Array(7).fill(429)]);
    expect(await signInWith(desk.visitor(), "owner@example.com", authenticatorCode(secret, 1))).toBe(429);
    await desk.store.db.delete(callCounts).where(like(callCounts.key, "second-factor:%"));

    const [spread] = visitors;
    await desk.store.db
      .update(callCounts)
      .set({ count: 60 })
      .where(like(callCounts.key, "second-step:block:%"));
    expect((await sendCode(spread ?? olga, authenticatorCode(secret, 1))).status, "of one block").toBe(429);
  });

  test("the cookie between the steps cannot be made, kept or taken over a change of the password", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    const { secret } = await addSecondFactor(mia);
    const eve = desk.visitor();
    expect((await sendCode(eve, authenticatorCode(secret, 1))).status).toBe(401);
    await eve.signIn("mia@example.com");
    const real = eve.cookies.get("waystation.second_step") ?? "";
    const [user] = await desk.store.db.select().from(users).where(eq(users.email, "owner@example.com"));
    for (const forged of [real.replace(/^[^|%]+/, user?.id ?? ""), "x.y", `${real.slice(0, -6)}AAAA%3D`]) {
      eve.cookies.set("waystation.second_step", forged);
      expect((await sendCode(eve, authenticatorCode(secret, 1))).status, forged).toBe(401);
    }
    const { link } = await olga.api.team.makeResetLink.mutate({
      memberId: await memberId(olga, "mia@example.com"),
    });
    const token = new URL(link).hash.slice(1);
    await desk.visitor().api.password.reset.mutate({ token, password: "a much better horse" });
    eve.cookies.set("waystation.second_step", real);
    expect((await sendCode(eve, authenticatorCode(secret, 1))).status, "of the old password").toBe(401);
    await mia.signIn("mia@example.com", "a much better horse");
    expect((await sendCode(mia, authenticatorCode(secret, 1))).status).toBe(200);
  });

  test("turning it off takes the password and a code, and nobody else's", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    const { secret } = await addSecondFactor(olga);
    const other = await addSecondFactor(mia);
    await later(desk);
    const off = (password: string, code: string) => olga.api.secondFactor.turnOff.mutate({ password, code });
    await expect(off("wrong horse battery", authenticatorCode(secret))).rejects.toMatchObject(
      rejectedResponse("password_wrong", "password"),
    );
    await expect(off(TEST_PASSWORD, authenticatorCode(other.secret))).rejects.toMatchObject(
      rejectedResponse("code_wrong", "code"),
    );
    await expect(olga.api.secondFactor.begin.mutate({ password: TEST_PASSWORD })).rejects.toMatchObject(
      rejectedResponse("changed_meanwhile"),
    );
    await off(TEST_PASSWORD, authenticatorCode(secret));
    expect(await olga.api.secondFactor.status.query()).toMatchObject({ since: null });
    expect((await desk.visitor().signIn("owner@example.com")).headers.getSetCookie().join()).toContain(
      "session_token=",
    );
    const log = await olga.api.audit.list.query({ search: "second_factor_off" });
    expect(log.items).toMatchObject([{ subject: "owner@example.com" }]);
  });
});

describe.each(testDatabases)("an organisation that asks for two-step sign-in on %s", (kind) => {
  test("lets nobody in without it, by no door, until they have set it up", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const mia = await desk.addMember(olga, "mia@example.com", "admin");
    const ask = (isRequired: boolean) => olga.api.organizations.requireSecondFactor.mutate({ isRequired });
    await expect(ask(true), "not before the owner has it").rejects.toMatchObject(
      rejectedResponse("second_factor_needed"),
    );
    await addSecondFactor(olga);
    await expect(
      mia.api.organizations.requireSecondFactor.mutate({ isRequired: true }),
    ).rejects.toMatchObject(rejectedResponse("not_allowed"));
    await ask(true);

    for (const call of [
      () => mia.api.team.list.query(),
      () => mia.api.team.invite.mutate({ email: "x@example.com", role: "member" }),
      () => mia.api.profile.update.mutate({ name: "M" }),
      () => mia.api.organizations.create.mutate({ name: "Mine" }),
      () => mia.api.secondFactor.turnOff.mutate({ password: TEST_PASSWORD, code: "000000" }),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("second_factor_needed"));
    expect(await openStream(mia)).toContain(`"httpStatus":403`);
    expect(await mia.api.session.me.query()).toMatchObject({ organization: null, lacksSecondFactor: true });
    expect(await mia.api.secondFactor.status.query()).toMatchObject({ since: null, requiredBy: ["Acme"] });

    const { secret } = await addSecondFactor(mia);
    expect(await mia.api.session.me.query()).toMatchObject({ organization: { role: "admin" } });
    await mia.api.team.list.query();
    await later(desk);
    await expect(
      mia.api.secondFactor.turnOff.mutate({ password: TEST_PASSWORD, code: authenticatorCode(secret) }),
    ).rejects.toMatchObject(rejectedResponse("second_factor_required"));
    await ask(true);
    await ask(false);
    await mia.api.secondFactor.turnOff.mutate({ password: TEST_PASSWORD, code: authenticatorCode(secret) });
    await mia.api.team.list.query();
    const log = await olga.api.audit.list.query({ search: "organization." });
    expect(log.items.map(({ action }) => action)).toEqual([
      "organization.second_factor_optional",
      "organization.second_factor_required",
    ]);
  });

  test("who joins one sets it up first; who belongs to another too can work there meanwhile", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    await addSecondFactor(olga);
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    const first = (await mia.api.session.me.query())?.organization?.id ?? "";
    const second = await olga.api.organizations.create.mutate({ name: "Second" });
    await olga.api.organizations.activate.mutate({ organizationId: second.id });
    await olga.api.organizations.requireSecondFactor.mutate({ isRequired: true });
    const zoe = await desk.addMember(olga, "zoe@example.com", "member");
    await expect(zoe.api.team.list.query()).rejects.toMatchObject(rejectedResponse("second_factor_needed"));

    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    await mia.api.team.join.mutate({ token: setupTokenOf(link) });
    await expect(mia.api.team.list.query()).rejects.toMatchObject(rejectedResponse("second_factor_needed"));
    await mia.api.organizations.activate.mutate({ organizationId: first });
    await mia.api.team.list.query();
  });

  test("ends the streams of who lacks it", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    await addSecondFactor(olga);
    const me = await mia.api.session.me.query();
    const actor = {
      userId: me?.user.id ?? "",
      name: "Mia",
      email: "mia@example.com",
      role: "member" as const,
    };
    const ctx = createContext(desk.platform, me?.organization?.id ?? "", actor, null);
    const next = subscribeToEventChanges(ctx, {}, new AbortController().signal).next();
    const refusal = expect(next).rejects.toMatchObject({ reason: "second_factor_needed" });
    await expect.poll(() => desk.platform.feed.subscribers()).toBe(1);
    await olga.api.organizations.requireSecondFactor.mutate({ isRequired: true });
    await refusal;
  });

  test("an owner resets it for who has lost app and codes, where the account is their organisation's alone", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const boss = await desk.addMember(olga, "boss@example.com", "owner");
    const ada = await desk.addMember(olga, "ada@example.com", "admin");
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    const { secret } = await addSecondFactor(mia);
    await addSecondFactor(boss);
    const reset = async (visitor: TestVisitor, email: string) =>
      visitor.api.team.resetSecondFactor.mutate({ memberId: await memberId(visitor, email) });
    expect((await ada.api.team.list.query()).members.map(({ hasSecondFactor }) => hasSecondFactor)).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(
      new Set((await mia.api.team.list.query()).members.map(({ hasSecondFactor }) => hasSecondFactor)),
    ).toEqual(new Set([null]));
    await expect(reset(ada, "mia@example.com")).rejects.toMatchObject(rejectedResponse("not_allowed"));
    await expect(reset(olga, "ada@example.com")).rejects.toMatchObject(rejectedResponse("not_found"));
    await reset(olga, "mia@example.com");
    expect(await mia.api.session.me.query(), "their sessions end").toBeNull();
    await expect(reset(olga, "mia@example.com")).rejects.toMatchObject(rejectedResponse("not_found"));
    expect((await sendCode(mia, authenticatorCode(secret, 1))).status).toBe(401);
    await mia.signIn("mia@example.com");
    await mia.api.team.list.query();
    await reset(olga, "boss@example.com");

    await boss.signIn("boss@example.com");
    const second = await olga.api.organizations.create.mutate({ name: "Second" });
    const home = (await olga.api.session.me.query())?.organization?.id ?? "";
    await olga.api.organizations.activate.mutate({ organizationId: second.id });
    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    await mia.api.team.join.mutate({ token: setupTokenOf(link) });
    await olga.api.organizations.activate.mutate({ organizationId: home });
    await addSecondFactor(mia);
    await expect(reset(boss, "mia@example.com")).rejects.toMatchObject(rejectedResponse("not_allowed"));
    await reset(olga, "mia@example.com");
    const log = await olga.api.audit.list.query({ search: "second_factor_reset" });
    expect(log.items.map(({ subject, actor }) => [subject, actor?.email])).toEqual([
      ["mia@example.com", "owner@example.com"],
      ["boss@example.com", "owner@example.com"],
      ["mia@example.com", "owner@example.com"],
    ]);
  });
});

test("whoever runs the server resets anybody's two-step sign-in", async () => {
  await using desk = await startTestServer("postgres");
  const olga = await desk.setUp();
  await addSecondFactor(olga);
  const said: string[] = [];
  const run = (email: string) =>
    runUserCommand(
      () => readCommandConfig({ DATABASE_URL: desk.store.url ?? "" }),
      ["reset-second-factor", email],
      (line) => said.push(line),
    );
  await run("owner@example.com");
  expect(said).toHaveLength(1);
  expect(await olga.api.session.me.query()).toBeNull();
  await olga.signIn("owner@example.com");
  const log = await olga.api.audit.list.query({ search: "second_factor_reset" });
  expect(log.items).toMatchObject([{ actor: null, subject: "owner@example.com" }]);
  await expect(run("owner@example.com")).rejects.toThrow("has no two-step sign-in");
});
