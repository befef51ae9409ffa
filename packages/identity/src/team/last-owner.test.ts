import { randomBytes } from "node:crypto";
import { createChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { Context } from "@waystation/core/context";
import { createContext } from "@waystation/core/create-context";
import { createPublicIds } from "@waystation/core/public-ids";
import { createNoopJobs } from "@waystation/core/testing/test-core";
import type { OpenedDatabase } from "@waystation/db/client";
import { invitations, members, users } from "@waystation/db/schema/identity";
import { auditLog } from "@waystation/db/schema/schema";
import { createTestStore, testDatabases } from "@waystation/db/testing/databases";
import { and, eq, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { inviteMember } from "../invitations/invite-member.ts";
import { addOrganization } from "../organizations/add.ts";
import { changeRole } from "./change-role.ts";
import { leaveTeam } from "./leave.ts";
import { removeMember } from "./remove.ts";

/** An organisation with two owners, and what each of them brings along to a verb. */
async function openTeam({ db, query, queryUnprepared, within }: OpenedDatabase) {
  const people = await db
    .insert(users)
    .values(["ann", "bob"].map((name) => ({ name, email: `${name}@example.com` })))
    .returning();
  const [ann, bob] = people;
  if (!ann || !bob) throw new Error("They were not stored.");
  const organizationId = await addOrganization(db, { name: "Acme", ownerId: ann.id });
  await db.insert(members).values({ organizationId, userId: bob.id, role: "owner" });
  const contexts = people.map(({ id, name, email }): Context => {
    const platform = {
      db,
      query,
      queryUnprepared,
      within,
      keyring: { keys: [] },
      feed: createChangeFeed(),
      jobs: createNoopJobs,
      publicUrl: "http://localhost:3000",
      simulatorUrl: null,
      embedded: false,
      sendMail: null,
      linkSecret: "test",
      publicIds: createPublicIds(randomBytes(32)),
    };
    return createContext(platform, organizationId, { userId: id, name, email, role: "owner" }, null);
  });
  const rows = await db.select().from(members);
  const isOwner = and(eq(members.organizationId, organizationId), eq(members.role, "owner"));
  return {
    /** `n` attempts, each by one owner on either of them, turn and turn about. */
    attempts: <T>(n: number, verb: (ctx: Context, memberId: string) => Promise<T>) =>
      Promise.allSettled(
        Array.from({ length: n }, (_, at) => {
          const ctx = contexts[at % 2];
          const target = rows[(at >> 1) % 2];
          if (!ctx || !target) throw new Error("There are two of each.");
          return verb(ctx, target.id);
        }),
      ),
    owners: () => db.$count(members, isOwner),
    contexts,
    rows,
  };
}

describe.each(testDatabases)("on %s, under 100 attempts at the same moment", (kind) => {
  test("two owners who demote themselves and each other leave one owner", async () => {
    await using store = await createTestStore(kind);
    const team = await openTeam(store);
    const results = await team.attempts(100, (ctx, memberId) =>
      changeRole(ctx, { memberId, role: "member" }),
    );
    expect(await team.owners()).toBe(1);
    const rejections = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason.reason] : [],
    );
    expect(new Set(rejections)).toEqual(new Set(["last_owner", "not_allowed"]));
    expect(await store.db.$count(auditLog)).toBe(1);
  });

  test("two owners who remove themselves and each other leave one owner", async () => {
    await using store = await createTestStore(kind);
    const team = await openTeam(store);
    await team.attempts(100, (ctx, memberId) => removeMember(ctx, { memberId }));
    expect(await team.owners()).toBe(1);
    expect(await store.db.$count(auditLog)).toBe(1);
  });

  test("two owners who both leave, again and again, leave one owner", async () => {
    await using store = await createTestStore(kind);
    const team = await openTeam(store);
    const results = await team.attempts(100, (ctx) => leaveTeam(ctx, { organizationId: ctx.organizationId }));
    expect(await team.owners()).toBe(1);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await store.db.$count(auditLog)).toBe(1);
  });

  test("roles that go down and up again never leave the organisation without an owner", async () => {
    await using store = await createTestStore(kind);
    const team = await openTeam(store);
    /** The database itself watches: no statement may commit while there is no owner. */
    await store.db.execute(sql`
      create function watch() returns trigger language plpgsql as $$ begin
        if not exists (select from members where role = 'owner') then raise exception 'no owner is left'; end if;
        return null;
      end $$`);
    await store.db.execute(sql`
      create constraint trigger watch after update or delete on members
      deferrable initially deferred for each row execute function watch()`);
    let turn = 0;
    const results = await team.attempts(100, (ctx, memberId) =>
      changeRole(ctx, { memberId, role: turn++ % 3 === 0 ? "owner" : "admin" }),
    );
    const unexpected = results.filter(
      (one) => one.status === "rejected" && !("reason" in Object(one.reason)),
    );
    expect(unexpected).toEqual([]);
    expect(await team.owners()).toBeGreaterThanOrEqual(1);
  });
});

test.for(testDatabases)(
  "%s: who was an owner when the request came in and is a member by now changes nothing",
  async (kind) => {
    await using store = await createTestStore(kind);
    const { contexts, rows } = await openTeam(store);
    const [ann] = contexts;
    const bob = rows[1]?.id ?? "";
    if (!ann) throw new Error("There are two.");
    await store.db.update(members).set({ role: "member" });
    for (const attempt of [
      () => changeRole(ann, { memberId: bob, role: "admin" }),
      () => removeMember(ann, { memberId: bob }),
      () => inviteMember(ann, { email: "eve@example.com", role: "member" }),
    ])
      await expect(attempt()).rejects.toMatchObject({ reason: "not_allowed" });
    expect(await store.db.$count(invitations)).toBe(0);
  },
);
