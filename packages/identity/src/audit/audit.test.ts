import type { Context } from "@waystation/core/context";
import { createTestCore } from "@waystation/core/testing/test-core";
import { testDatabases } from "@waystation/db/testing/databases";
import { expect, test } from "vitest";
import { updateProfile } from "../profile/update.ts";
import { csvLine } from "./csv.ts";
import { exportAudit } from "./export.ts";
import { listAudit } from "./list.ts";
import { listAuditActors } from "./list-actors.ts";
import { recordAudit } from "./record.ts";

/** `actions` of entries, newest first. */
const found = async (ctx: Context, input: Parameters<typeof listAudit>[1]) =>
  (await listAudit(ctx, input)).items.map(({ action, subject }) => `${action} ${subject}`);

async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(now);
}

test.for(testDatabases)(
  "%s: the log is searched by person, deed, time and words, within the organisation",
  async (kind) => {
    await using desk = await createTestCore(kind);
    const ada = await desk.person();
    const ben = await desk.person("admin", ada.organizationId);
    const stranger = await desk.person();
    await recordAudit(desk.store.db, stranger, "member.invited", "theirs@example.org");
    await recordAudit(desk.store.db, ada, "member.invited", "mia@example.org", { role: "admin" });
    // Moments are told in milliseconds: each of the three has one of its own.
    await nextMillisecond();
    await recordAudit(desk.store.db, { ...ben, ip: "::ffff:192.0.2.7" }, "member.removed", "mia@example.org");
    await nextMillisecond();
    const [removed] = (await listAudit(ada, { limit: 1 })).items;
    expect(removed?.ip).toBe("192.0.2.7");
    await recordAudit(desk.store.db, ben, "key.made", "100% Bridge");

    const everything = [
      "key.made 100% Bridge",
      "member.removed mia@example.org",
      "member.invited mia@example.org",
    ];
    expect(await found(ada, {})).toEqual(everything);
    expect(await found(ada, { actorId: ada.actor.userId })).toEqual(everything.slice(2));
    expect(await found(ada, { action: "member" })).toEqual(everything.slice(1));
    expect(await found(ada, { action: "member.invited" })).toEqual(everything.slice(2));
    expect(await found(ada, { action: "me" })).toEqual([]);
    expect(await found(ada, { from: removed?.at })).toEqual(everything.slice(0, 2));
    expect(await found(ada, { to: removed?.at })).toEqual(everything.slice(2));
    expect(await found(ada, { search: "mia@", actorId: ben.actor.userId })).toEqual([everything[1]]);
    expect(await found(ada, { search: "192.0.2" }), "by address").toEqual([everything[1]]);
    expect(await found(ada, { search: "admin" }), "by detail").toEqual([everything[2]]);
    expect(await found(ada, { search: "role" }), "not by what a detail is called").toEqual([]);
    expect(await found(ada, { search: "100%" })).toEqual([everything[0]]);
    expect(await found(ada, { search: "_" }), "no wildcard").toEqual([]);

    const first = await listAudit(ada, { limit: 2 });
    const second = await listAudit(ada, { limit: 2, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items].map(({ action }) => action)).toEqual([
      "key.made",
      "member.removed",
      "member.invited",
    ]);
    expect(second.nextCursor).toBeNull();
    expect((await listAuditActors(ada)).map(({ id }) => id).toSorted()).toEqual(
      [ada.actor.userId, ben.actor.userId].toSorted(),
    );
  },
);

test.for(testDatabases)("%s: all of a long log is exported, once, and nothing of others", async (kind) => {
  await using desk = await createTestCore(kind);
  const ctx = await desk.person();
  const stranger = await desk.person();
  await recordAudit(desk.store.db, stranger, "member.invited", "theirs@example.org");
  await desk.store.query(
    `insert into audit_log (organization_id, action, subject, detail)
      select $1::uuid, 'member.invited', 'p' || n, '{}' from generate_series(1, 1200) n`,
    [ctx.organizationId],
  );
  let text = "";
  for await (const piece of exportAudit(ctx, { format: "jsonl" })) text += piece;
  const subjects = text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { subject: string }).subject);
  expect(subjects).toEqual(["jsonl", ...Array.from({ length: 1200 }, (_, index) => `p${1200 - index}`)]);

  await recordAudit(desk.store.db, ctx, "key.made", '=HYPERLINK("https://evil.example")');
  let csv = "";
  for await (const piece of exportAudit(ctx, { format: "csv", action: "key" })) csv += piece;
  for await (const _ of exportAudit(ctx, { format: "csv", search: "\0\ud800" }));
  const [exported] = (await listAudit(ctx, { limit: 1 })).items;
  expect(exported?.detail, "what the database does not hold is replaced").toEqual({ search: "\ufffd\ufffd" });
  expect(csv).toContain(`,"'=HYPERLINK(""https://evil.example"")",`);
});

test("a cell never becomes a formula, and never breaks out of its quotes", () => {
  for (const start of ["=", "+", "-", "@", "\t", "\r", "＝"])
    expect(csvLine([`${start}1+1`])).toBe(`"'${start}1+1"\r\n`);
  expect(csvLine(['say "hi", then\nleave', "", "a=b"])).toBe('"say ""hi"", then\nleave","","a=b"\r\n');
});

test.for(testDatabases)(
  "%s: a change of name is told in every organisation of that person, once",
  async (kind) => {
    await using desk = await createTestCore(kind);
    const ctx = await desk.person();
    const { userId, name, email } = ctx.actor;
    const person = {
      userId,
      sessionId: "none",
      name,
      email,
      organizationId: ctx.organizationId,
      role: ctx.actor.role,
      lacksSecondFactor: false,
    };
    await updateProfile({ ...desk.platform, ip: null, person }, { name });
    await updateProfile({ ...desk.platform, ip: null, person }, { name: "Ada New" });
    expect((await listAudit(ctx, {})).items).toMatchObject([
      { action: "member.renamed", subject: email, actor: { name }, detail: { from: name, to: "Ada New" } },
    ]);
  },
);
