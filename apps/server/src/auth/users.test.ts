import { invitations, members, organizations, sessions, users } from "@waystation/db/schema/identity";
import { auditLog, callCounts, installationSettings } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { invitationToken } from "@waystation/identity/invitations/invitation-link";
import { ensureSetupToken } from "@waystation/identity/setup/token";
import { eq, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import {
  rejectedResponse,
  setupTokenOf,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
  type TestVisitor,
} from "../testing/test-server.ts";

const owner = {
  name: "Olga Owner",
  email: "owner@example.com",
  password: TEST_PASSWORD,
  organization: "Acme",
};

describe.each(testDatabases)("setup on %s", (kind) => {
  test("the holder of the token becomes the first owner, once", async () => {
    await using desk = await startTestServer(kind);
    const { setup } = desk.visitor().api;
    expect(await setup.status.query()).toEqual({ needed: true, mail: true });
    const token = (await ensureSetupToken(desk.store.db, null)) ?? "";
    expect(token).toMatch(/^[\w-]{24}$/);
    expect(await ensureSetupToken(desk.store.db, null)).toBe(token);

    const made = await setup.createOwner.mutate({
      ...owner,
      email: " Owner@Example.com ",
      token: ` ${token} `,
    });
    expect(await desk.store.db.select().from(users)).toMatchObject([
      { id: made.userId, email: "owner@example.com" },
    ]);
    expect(await desk.store.db.select().from(auditLog)).toMatchObject([
      {
        organizationId: made.organizationId,
        actorEmail: "owner@example.com",
        action: "setup.completed",
        ip: "127.0.0.1",
      },
    ]);
    expect(await setup.status.query()).toEqual({ needed: false, mail: true });
    expect(await desk.store.db.select().from(installationSettings)).toEqual([]);
    expect(await ensureSetupToken(desk.store.db, "preset")).toBeNull();
    await expect(setup.createOwner.mutate({ ...owner, token })).rejects.toMatchObject(
      rejectedResponse("setup_done"),
    );
  });

  test("a token can be preset, also over one that was made before", async () => {
    await using desk = await startTestServer(kind);
    await ensureSetupToken(desk.store.db, null);
    expect(await ensureSetupToken(desk.store.db, "from the script")).toBe("from the script");
    expect(await ensureSetupToken(desk.store.db, null)).toBe("from the script");
    await desk.visitor().api.setup.createOwner.mutate({ ...owner, token: "from the script" });
  });

  test("without the token nothing is made", async () => {
    await using desk = await startTestServer(kind);
    const { setup } = desk.visitor().api;
    for (const token of ["", "wrong"])
      await expect(setup.createOwner.mutate({ ...owner, token })).rejects.toMatchObject(
        rejectedResponse("setup_token_wrong", "token"),
      );
    const real = (await ensureSetupToken(desk.store.db, null)) ?? "";
    for (const token of [
      "",
      "wrong",
      `${real}x`,
      real.slice(1),
      `${real.slice(1)}${real[0] === "a" ? "b" : "a"}`,
    ])
      await expect(setup.createOwner.mutate({ ...owner, token })).rejects.toMatchObject(
        rejectedResponse("setup_token_wrong", "token"),
      );
    expect(await desk.store.db.select().from(users)).toEqual([]);
  });

  test("wrong tokens run out", async () => {
    await using desk = await startTestServer(kind);
    const { setup } = desk.visitor().api;
    const token = (await ensureSetupToken(desk.store.db, null)) ?? "";
    await expect(setup.createOwner.mutate({ ...owner, token: "wrong" })).rejects.toMatchObject(
      rejectedResponse("setup_token_wrong", "token"),
    );
    const raised = await desk.store.db.update(callCounts).set({ count: 30 }).returning();
    expect(raised).toHaveLength(1);
    await expect(setup.createOwner.mutate({ ...owner, token })).rejects.toMatchObject(
      rejectedResponse("too_many_requests"),
    );
    await desk.store.db.update(callCounts).set({ windowStart: sql`now() - interval '16 minutes'` });
    await setup.createOwner.mutate({ ...owner, token });
  });

  test("each field says what is wrong with it, and the token can be used again", async () => {
    await using desk = await startTestServer(kind);
    const { setup } = desk.visitor().api;
    const token = (await ensureSetupToken(desk.store.db, null)) ?? "";
    const attempt = (more: Record<string, unknown>) => setup.createOwner.mutate({ ...owner, token, ...more });
    for (const email of ["", "owner", "owner@", "a b@example.com", "a@example.com, b@example.com"])
      await expect(attempt({ email })).rejects.toMatchObject(rejectedResponse("email_invalid", "email"));
    for (const password of ["", "elevenchars", "password1234", "aaaaaaaaaaaaaaaa", "owner@example.com"])
      await expect(attempt({ password })).rejects.toMatchObject(
        rejectedResponse("password_weak", "password"),
      );
    for (const name of ["", "   ", "a\nb", "x".repeat(101)])
      await expect(attempt({ name })).rejects.toMatchObject({ data: { code: "BAD_REQUEST", field: "name" } });
    await expect(attempt({ role: "owner" })).rejects.toMatchObject({ data: { code: "BAD_REQUEST" } });
    await expect(attempt({ organization: 5 })).rejects.toMatchObject({ data: { field: "organization" } });
    expect(await desk.store.db.select().from(users)).toEqual([]);
    await attempt({});
  });

  test("of many at the same moment exactly one becomes the owner", async () => {
    await using desk = await startTestServer(kind);
    const token = (await ensureSetupToken(desk.store.db, null)) ?? "";
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) =>
        desk.visitor().api.setup.createOwner.mutate({ ...owner, token, email: `owner${n}@example.com` }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject(rejectedResponse("setup_done"));
    expect(await desk.store.db.select().from(users)).toHaveLength(1);
    expect(await desk.store.db.select().from(organizations)).toHaveLength(1);
    expect(await desk.store.db.select().from(members)).toHaveLength(1);
  });

  test("a token that turns up after the setup opens nothing", async () => {
    await using desk = await startTestServer(kind);
    await desk.setUp();
    await desk.store.db.insert(installationSettings).values({ key: "setup_token", value: "late" });
    const late = desk
      .visitor()
      .api.setup.createOwner.mutate({ ...owner, token: "late", email: "x@example.com" });
    await expect(late).rejects.toMatchObject(rejectedResponse("setup_done"));
  });
});

describe.each(testDatabases)("invitations on %s", (kind) => {
  test("an invitation brings in a new person with its role, and the mail carries the link", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { link, mailed } = await olga.api.team.invite.mutate({ email: " Mia@Example.com", role: "admin" });
    expect(mailed).toBe(true);
    expect(desk.mails).toMatchObject([{ to: "mia@example.com", subject: expect.stringContaining("Acme") }]);
    const mailedLink = /http\S+/.exec(desk.mails[0]?.text ?? "")?.[0] ?? "";
    expect(mailedLink).toMatch(new RegExp(`^${desk.url}/join/[\\w-]+$`));
    expect(mailedLink, "whoever invites cannot open what is mailed").not.toBe(link);
    expect(link.startsWith(`${desk.url}/join/`)).toBe(true);

    const mia = desk.visitor();
    const token = setupTokenOf(link);
    const offer = await mia.api.team.invitation.query({ token });
    expect(offer).toMatchObject({
      organization: "Acme",
      email: "mia@example.com",
      role: "admin",
    });
    const hours = (Date.parse(offer.expiresAt) - Date.now()) / 3_600_000;
    expect(hours).toBeCloseTo(48, 1);

    const joined = await mia.api.team.join.mutate({ token, name: "Mia", password: "four random words" });
    expect(joined.email).toBe("mia@example.com");
    expect((await mia.signIn("mia@example.com", "four random words")).status).toBe(200);
    expect(await mia.api.session.me.query()).toMatchObject({
      user: { name: "Mia" },
      organization: { id: joined.organizationId, role: "admin" },
    });
    const log = await olga.api.audit.list.query({});
    expect(log.items.map(({ action, subject, actor }) => [action, subject, actor?.email])).toEqual([
      ["sign_in.succeeded", "mia@example.com", "mia@example.com"],
      ["member.joined", "mia@example.com", "mia@example.com"],
      ["member.invited", "mia@example.com", "owner@example.com"],
      ["sign_in.succeeded", "owner@example.com", "owner@example.com"],
      ["setup.completed", "Acme", "owner@example.com"],
    ]);
  });

  test("used, taken back, run out, replaced and made up: one answer", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const invite = (email: string) => olga.api.team.invite.mutate({ email, role: "member" });
    const used = await invite("used@example.com");
    await desk
      .visitor()
      .api.team.join.mutate({ token: setupTokenOf(used.link), name: "U", password: TEST_PASSWORD });
    const canceled = await invite("canceled@example.com");
    await olga.api.team.cancelInvitation.mutate({ invitationId: canceled.id });
    const expired = await invite("expired@example.com");
    await desk.store.db
      .update(invitations)
      .set({ expiresAt: sql`now() - interval '1 second'` })
      .where(eq(invitations.id, expired.id));
    const replaced = await invite("twice@example.com");
    const open = await invite("twice@example.com");
    const good = setupTokenOf(open.link);
    const flipped = `${good.slice(0, -4)}${good.at(-4) === "A" ? "B" : "A"}${good.slice(-3)}`;
    const tokens = [
      ...[used, canceled, expired, replaced].map(({ link }) => setupTokenOf(link)),
      invitationToken("another secret", open.id),
      invitationToken(desk.platform.linkSecret, "01a2071f-9d25-7665-8d4f-5ac4503a65d9"),
      flipped,
      `${good}A`,
      `${good}=`,
      good.slice(0, -1),
      open.id,
      "",
    ];
    const visitor = desk.visitor();
    const answers = new Set<string>();
    for (const token of tokens)
      for (const call of [
        () => visitor.api.team.invitation.query({ token }),
        () => visitor.api.team.join.mutate({ token, name: "Eve", password: TEST_PASSWORD }),
      ]) {
        const error = await call().then(null, (reason) => reason);
        expect(error, token).toMatchObject(rejectedResponse("invitation_invalid"));
        answers.add(error.message);
      }
    expect(answers.size).toBe(1);
    expect(await desk.store.db.select().from(members)).toHaveLength(2);
    expect(await visitor.api.team.invitation.query({ token: good })).toMatchObject({
      email: "twice@example.com",
    });
  });

  test("wrong links run out for whoever tries them, and for nobody else", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    const { team } = desk.visitor().api;
    await expect(team.invitation.query({ token: "wrong" })).rejects.toMatchObject(
      rejectedResponse("invitation_invalid"),
    );
    const raised = await desk.store.db
      .update(callCounts)
      .set({ count: 60 })
      .where(eq(callCounts.key, "invitation:block:127.0.0.1"))
      .returning();
    expect(raised).toHaveLength(1);
    for (const call of [
      () => team.invitation.query({ token: setupTokenOf(link) }),
      () => team.join.mutate({ token: setupTokenOf(link), name: "Mia", password: TEST_PASSWORD }),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("too_many_requests"));
    const elsewhere = desk.visitor();
    elsewhere.headers["x-forwarded-for"] = "203.0.113.9";
    await elsewhere.api.team.join.mutate({ token: setupTokenOf(link), name: "Mia", password: TEST_PASSWORD });
  });

  test("of many who use one link at the same moment one joins", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        desk
          .visitor()
          .api.team.join.mutate({ token: setupTokenOf(link), name: `Mia ${n}`, password: TEST_PASSWORD }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await desk.store.db.select().from(members)).toHaveLength(2);
    expect(await desk.store.db.select().from(users)).toHaveLength(2);
  });

  test("an address with an account joins signed in as it, and as nobody else", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    const eve = await desk.addMember(olga, "eve@example.com", "member");
    const second = await olga.api.organizations.create.mutate({ name: "Second" });
    await olga.api.organizations.activate.mutate({ organizationId: second.id });
    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "admin" });
    const token = setupTokenOf(link);
    for (const other of [eve, desk.visitor()])
      await expect(other.api.team.join.mutate({ token })).rejects.toMatchObject(
        rejectedResponse("name_missing", "name"),
      );
    await expect(
      desk.visitor().api.team.join.mutate({ token, name: "Mia", password: TEST_PASSWORD }),
      "her own password: an account of hers is meant",
    ).rejects.toMatchObject(rejectedResponse("sign_in_first", "password"));

    await mia.api.team.join.mutate({ token });
    expect(await mia.api.session.me.query()).toMatchObject({
      organization: { id: second.id, role: "admin" },
      organizations: [
        { name: "Acme", role: "member" },
        { name: "Second", role: "admin" },
      ],
    });
  });

  test("a new account needs a name and a good password; the link stays usable meanwhile", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    const { link } = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    const token = setupTokenOf(link);
    const { team } = desk.visitor().api;
    await expect(team.join.mutate({ token })).rejects.toMatchObject(rejectedResponse("name_missing", "name"));
    for (const password of [undefined, "too short", "mia@example.com"])
      await expect(team.join.mutate({ token, name: "Mia", password })).rejects.toMatchObject(
        rejectedResponse("password_weak", "password"),
      );
    await expect(
      team.join.mutate({ token, name: "Mia", password: TEST_PASSWORD, role: "owner" } as never),
    ).rejects.toMatchObject({ data: { code: "BAD_REQUEST" } });
    await team.join.mutate({ token, name: "Mia", password: TEST_PASSWORD });
  });

  test("a mail that cannot be sent leaves the link to copy", async () => {
    const sendMail = () => Promise.reject(new Error("The mail server is away."));
    await using desk = await startTestServer(kind, { sendMail });
    const olga = await desk.setUp();
    const sent = await olga.api.team.invite.mutate({ email: "mia@example.com", role: "member" });
    expect(sent.mailed).toBe(false);
    expect((await olga.api.team.list.query()).invitations).toMatchObject([{ id: sent.id, link: sent.link }]);
  });

  test("who is in the team already is not invited; an organisation invites so many an hour", async () => {
    await using desk = await startTestServer(kind);
    const olga = await desk.setUp();
    await desk.addMember(olga, "mia@example.com", "member");
    const invite = (email: string) => olga.api.team.invite.mutate({ email, role: "member" });
    await expect(invite("MIA@example.com")).rejects.toMatchObject(
      rejectedResponse("already_member", "email"),
    );
    await expect(invite("not an address")).rejects.toMatchObject(rejectedResponse("email_invalid", "email"));
    const key = sql`${callCounts.key} like 'invite:%'`;
    expect(await desk.store.db.update(callCounts).set({ count: 100 }).where(key).returning()).toHaveLength(1);
    await expect(invite("next@example.com")).rejects.toMatchObject(rejectedResponse("too_many_requests"));
  });
});

describe.each(testDatabases)("the team on %s", (kind) => {
  async function openTeam(desk: TestServer) {
    const olga = await desk.setUp();
    const ada = await desk.addMember(olga, "ada@example.com", "admin");
    const mia = await desk.addMember(olga, "mia@example.com", "member");
    const team = await olga.api.team.list.query();
    const idOf = (email: string) => team.members.find((member) => member.email === email)?.id ?? "";
    return { olga, ada, mia, idOf };
  }
  const change = (visitor: TestVisitor, memberId: string, role: "owner" | "admin" | "member") =>
    visitor.api.team.changeRole.mutate({ memberId, role });
  const remove = (visitor: TestVisitor, memberId: string) => visitor.api.team.remove.mutate({ memberId });

  test("everybody sees the team, invitations only who may invite", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, mia } = await openTeam(desk);
    await olga.api.team.invite.mutate({ email: "new@example.com", role: "member" });
    const boss = await olga.api.team.invite.mutate({ email: "boss@example.com", role: "owner" });
    const seen = async (visitor: TestVisitor) => {
      const { members, invitations } = await visitor.api.team.list.query();
      return {
        members: members.map(({ email, role, isYou }) => `${email} ${role}${isYou ? " you" : ""}`),
        invitations: invitations.map(({ email, link }) => [email, link !== null]),
      };
    };
    expect(await seen(mia)).toEqual({
      members: ["owner@example.com owner", "ada@example.com admin", "mia@example.com member you"],
      invitations: [],
    });
    expect((await seen(olga)).invitations).toEqual([
      ["new@example.com", true],
      ["boss@example.com", true],
    ]);
    /** With the link an admin could join as an owner. */
    expect((await seen(ada)).invitations).toEqual([
      ["new@example.com", true],
      ["boss@example.com", false],
    ]);
    expect(JSON.stringify(await ada.api.team.list.query())).not.toContain(setupTokenOf(boss.link));
  });

  test("a member changes nothing", async () => {
    await using desk = await startTestServer(kind);
    const { olga, mia, idOf } = await openTeam(desk);
    const { id } = await olga.api.team.invite.mutate({ email: "new@example.com", role: "member" });
    const { team } = mia.api;
    for (const call of [
      () => team.invite.mutate({ email: "x@example.com", role: "member" }),
      () => team.cancelInvitation.mutate({ invitationId: id }),
      () => change(mia, idOf("mia@example.com"), "owner"),
      () => remove(mia, idOf("ada@example.com")),
      () => mia.api.organizations.create.mutate({ name: "Mine" }),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("not_allowed"));
    expect((await olga.api.team.list.query()).members).toHaveLength(3);
  });

  test("a stranger is asked to sign in", async () => {
    await using desk = await startTestServer(kind);
    const { idOf } = await openTeam(desk);
    const stranger = desk.visitor();
    const { team, organizations: orgs, profile } = stranger.api;
    for (const call of [
      () => team.list.query(),
      () => team.invite.mutate({ email: "x@example.com", role: "member" }),
      () => change(stranger, idOf("mia@example.com"), "owner"),
      () => remove(stranger, idOf("mia@example.com")),
      () => orgs.create.mutate({ name: "Mine" }),
      () => orgs.activate.mutate({ organizationId: idOf("mia@example.com") }),
      () => profile.update.mutate({ name: "X" }),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("not_signed_in"));
  });

  test("only an owner makes, invites, demotes, removes or takes back owners", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, idOf } = await openTeam(desk);
    const boss = await olga.api.team.invite.mutate({ email: "boss@example.com", role: "owner" });
    for (const call of [
      () => ada.api.team.invite.mutate({ email: "x@example.com", role: "owner" }),
      () => ada.api.team.invite.mutate({ email: "boss@example.com", role: "member" }),
      () => ada.api.team.cancelInvitation.mutate({ invitationId: boss.id }),
      () => change(ada, idOf("ada@example.com"), "owner"),
      () => change(ada, idOf("mia@example.com"), "owner"),
      () => change(ada, idOf("owner@example.com"), "member"),
      () => remove(ada, idOf("owner@example.com")),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("not_allowed"));
    const { members, invitations } = await olga.api.team.list.query();
    expect(members.map(({ role }) => role)).toEqual(["owner", "admin", "member"]);
    expect(invitations).toMatchObject([{ email: "boss@example.com", role: "owner" }]);

    await change(ada, idOf("mia@example.com"), "admin");
    await change(olga, idOf("mia@example.com"), "owner");
    await change(olga, idOf("owner@example.com"), "member");
    const log = await ada.api.audit.list.query({ search: "role_changed" });
    expect(log.items.map(({ subject, detail, actor }) => [actor?.email, subject, detail])).toEqual([
      ["owner@example.com", "owner@example.com", { from: "owner", to: "member" }],
      ["owner@example.com", "mia@example.com", { from: "admin", to: "owner" }],
      ["ada@example.com", "mia@example.com", { from: "member", to: "admin" }],
    ]);
  });

  test("roles are the three words and nothing else", async () => {
    await using desk = await startTestServer(kind);
    const { olga, idOf } = await openTeam(desk);
    for (const role of ["member,owner", "Owner", "", null, ["owner"]])
      for (const call of [
        () => olga.api.team.invite.mutate({ email: "x@example.com", role: role as never }),
        () => change(olga, idOf("mia@example.com"), role as never),
      ])
        await expect(call()).rejects.toMatchObject({ data: { code: "BAD_REQUEST", field: "role" } });
  });

  test("the last owner stays one", async () => {
    await using desk = await startTestServer(kind);
    const { olga, idOf } = await openTeam(desk);
    const olgaId = idOf("owner@example.com");
    await expect(change(olga, olgaId, "admin")).rejects.toMatchObject(rejectedResponse("last_owner"));
    await expect(remove(olga, olgaId)).rejects.toMatchObject(rejectedResponse("last_owner"));
    await change(olga, olgaId, "owner");
    await change(olga, idOf("ada@example.com"), "owner");
    await remove(olga, olgaId);
    expect(await olga.api.session.me.query()).toBeNull();
  });

  test("removing somebody ends their sessions here and leaves those of others alone", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, mia, idOf } = await openTeam(desk);
    await remove(ada, idOf("mia@example.com"));
    expect(await mia.api.session.me.query()).toBeNull();
    const [user] = await desk.store.db.select().from(users).where(eq(users.email, "mia@example.com"));
    expect(
      await desk.store.db
        .select()
        .from(sessions)
        .where(eq(sessions.userId, user?.id ?? "")),
    ).toEqual([]);
    expect(await ada.api.session.me.query()).not.toBeNull();
    expect(await olga.api.audit.list.query({ search: "member.removed" })).toMatchObject({
      items: [
        { subject: "mia@example.com", detail: { role: "member" }, actor: { email: "ada@example.com" } },
      ],
    });
    await expect(remove(ada, idOf("mia@example.com"))).rejects.toMatchObject(rejectedResponse("not_found"));
  });

  test("members leave by themselves, from the organisation that they mean", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, mia, idOf } = await openTeam(desk);
    const { id: organizationId } = (await mia.api.session.me.query())?.organization ?? { id: "" };
    const { id: second } = await olga.api.organizations.create.mutate({ name: "Second" });
    await expect(mia.api.team.leave.mutate({ organizationId: second })).rejects.toMatchObject(
      rejectedResponse("not_found"),
    );
    await expect(olga.api.team.leave.mutate({ organizationId })).rejects.toMatchObject(
      rejectedResponse("last_owner"),
    );
    await mia.api.team.leave.mutate({ organizationId });
    expect(await mia.api.session.me.query()).toBeNull();
    expect((await ada.api.team.list.query()).members.map(({ email }) => email)).not.toContain(
      "mia@example.com",
    );
    await change(olga, idOf("ada@example.com"), "owner");
    await olga.api.team.leave.mutate({ organizationId });
    expect(await olga.api.session.me.query()).toMatchObject({ organization: { id: second } });
    const log = await ada.api.audit.list.query({ search: "member.left" });
    expect(log.items.map(({ subject, actor, detail }) => [subject, actor?.email, detail])).toEqual([
      ["owner@example.com", "owner@example.com", { role: "owner" }],
      ["mia@example.com", "mia@example.com", { role: "member" }],
    ]);
  });

  test("another organisation's people and invitations are not there", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, idOf } = await openTeam(desk);
    const invited = await olga.api.team.invite.mutate({ email: "new@example.com", role: "member" });
    const { id: first } = (await olga.api.session.me.query())?.organization ?? { id: "" };
    const { id: second } = await olga.api.organizations.create.mutate({ name: "Second" });
    await olga.api.organizations.activate.mutate({ organizationId: second });
    expect((await olga.api.team.list.query()).members).toHaveLength(1);
    for (const call of [
      () => change(olga, idOf("mia@example.com"), "owner"),
      () => remove(olga, idOf("mia@example.com")),
      () => olga.api.team.cancelInvitation.mutate({ invitationId: invited.id }),
      () => ada.api.organizations.activate.mutate({ organizationId: second }),
    ])
      await expect(call()).rejects.toMatchObject(rejectedResponse("not_found"));
    expect(await ada.api.session.me.query()).toMatchObject({ organization: { id: first } });
    const { members, invitations } = await ada.api.team.list.query();
    expect(members.map(({ role }) => role)).toEqual(["owner", "admin", "member"]);
    expect(invitations).toHaveLength(1);
  });

  test("what the actor may do is read again when their turn comes", async () => {
    await using desk = await startTestServer(kind);
    const { olga, ada, idOf } = await openTeam(desk);
    await change(olga, idOf("ada@example.com"), "owner");
    const results = await Promise.allSettled([
      change(olga, idOf("ada@example.com"), "member"),
      change(ada, idOf("owner@example.com"), "member"),
    ]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const left = await desk.store.db.select().from(members).where(eq(members.role, "owner"));
    expect(left).toHaveLength(1);
  });

  test("people change their own name", async () => {
    await using desk = await startTestServer(kind);
    const { olga, mia } = await openTeam(desk);
    expect(await mia.api.profile.update.mutate({ name: " Mia May " })).toEqual({ name: "Mia May" });
    expect(await mia.api.session.me.query()).toMatchObject({ user: { name: "Mia May" } });
    expect(await olga.api.session.me.query()).toMatchObject({ user: { name: "Olga Owner" } });
    await expect(mia.api.profile.update.mutate({ name: "" })).rejects.toMatchObject({
      data: { field: "name" },
    });
  });
});
