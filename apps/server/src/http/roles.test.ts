import { randomUUID } from "node:crypto";
import { type RestEndpoint, restEndpoints } from "@waystation/api/rest/openapi";
import { appRouter } from "@waystation/api/root";
import { organizations, sessions, users } from "@waystation/db/schema/identity";
import { contacts, conversationActivity, conversations, messages } from "@waystation/db/schema/inbox";
import { apiKeys, connections } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  setupTokenOf,
  startTestServer,
  TEST_PASSWORD,
  type TestServer,
  type TestVisitor,
} from "../testing/test-server.ts";

/** What an input may name of an organisation's own. */
interface Ids {
  organizationId: string;
  connectionId: string;
  conversationId: string;
  messageId: string;
  noteId: string;
  replyId: string;
  memberId: string;
  userId: string;
  invitationId: string;
  keyId: string;
}

type Door = "anyone" | "arriving" | "person" | "member" | "admin" | "owner";

/** Every procedure with its door and an input that passes its schema. One that is missing here fails the test below. */
const PROCEDURES: Record<string, [door: Door, input?: (ids: Ids) => object]> = {
  "apiKeys.list": ["admin"],
  "apiKeys.make": ["admin", () => ({ name: "One more", role: "member", days: 1 })],
  "apiKeys.revoke": ["admin", ({ keyId }) => ({ keyId })],
  "audit.actors": ["admin"],
  "audit.list": ["admin", () => ({})],
  "contacts.get": ["member", ({ conversationId }) => ({ conversationId })],
  "contacts.saveNote": ["member", ({ conversationId }) => ({ conversationId, body: "Known", since: null })],
  "conversations.assign": ["member", ({ conversationId }) => ({ conversationId, userId: null })],
  "conversations.changes": ["member", () => ({})],
  "conversations.get": ["member", ({ conversationId }) => ({ conversationId })],
  "conversations.list": ["member", () => ({ filter: "all" })],
  "conversations.markRead": ["member", ({ conversationId }) => ({ conversationId })],
  "conversations.reopen": ["member", ({ conversationId }) => ({ conversationId })],
  "conversations.resolve": ["member", ({ conversationId }) => ({ conversationId })],
  "conversations.unread": ["member"],
  "events.changes": ["member", ({ connectionId }) => ({ connectionId })],
  "events.list": ["member", ({ connectionId }) => ({ connectionId })],
  "messages.list": ["member", ({ conversationId }) => ({ conversationId })],
  "messages.send": [
    "member",
    ({ conversationId }) => ({ conversationId, clientKey: "the matrix of roles", body: "Hello" }),
  ],
  "messages.timeline": ["member", ({ conversationId, messageId }) => ({ conversationId, messageId })],
  "messages.typing": ["member", ({ conversationId }) => ({ conversationId })],
  "notes.add": ["member", ({ conversationId }) => ({ conversationId, body: "A note" })],
  "notes.delete": ["member", ({ conversationId, noteId }) => ({ conversationId, noteId })],
  "notes.edit": ["member", ({ conversationId, noteId }) => ({ conversationId, noteId, body: "Another" })],
  "notes.list": ["member", ({ conversationId }) => ({ conversationId })],
  "optOut.settings": ["member"],
  "optOut.updateSettings": ["admin", () => ({ languages: ["en"], stopWords: [], startWords: [] })],
  "organizations.activate": ["arriving", ({ organizationId }) => ({ organizationId })],
  "organizations.create": ["owner", () => ({ name: "One more" })],
  "organizations.requireSecondFactor": ["owner", () => ({ isRequired: false })],
  "password.offer": ["anyone", () => ({ token: "unknown" })],
  "password.requestReset": ["anyone", () => ({ email: "nobody@example.org" })],
  "password.reset": ["anyone", () => ({ token: "unknown", password: TEST_PASSWORD })],
  "presence.list": ["member", ({ conversationId }) => ({ conversationId })],
  "presence.tell": [
    "member",
    ({ conversationId }) => ({ conversationId, tab: "a-tab-of-theirs", doing: "looking" }),
  ],
  "profile.update": ["person", () => ({ name: "Somebody" })],
  "replies.add": ["admin", () => ({ shortcut: `s${randomUUID().slice(0, 8)}`, body: "Text" })],
  "replies.delete": ["admin", ({ replyId }) => ({ replyId })],
  "replies.edit": [
    "admin",
    ({ replyId }) => ({ replyId, shortcut: `s${randomUUID().slice(0, 8)}`, body: "Text" }),
  ],
  "replies.list": ["member"],
  "secondFactor.begin": ["arriving", () => ({ password: "wrong horse battery" })],
  "secondFactor.confirm": ["arriving", () => ({ code: "000000" })],
  "secondFactor.renewBackupCodes": ["person", () => ({ password: "wrong horse battery", code: "000000" })],
  "secondFactor.status": ["arriving"],
  "secondFactor.turnOff": ["person", () => ({ password: "wrong horse battery", code: "000000" })],
  "session.me": ["anyone"],
  "setup.createOwner": [
    "anyone",
    () => ({ token: "wrong", name: "X", email: "x@example.org", password: TEST_PASSWORD, organization: "X" }),
  ],
  "setup.status": ["anyone"],
  "team.cancelInvitation": ["admin", ({ invitationId }) => ({ invitationId })],
  "team.changeRole": ["admin", ({ memberId }) => ({ memberId, role: "member" })],
  "team.invitation": ["anyone", () => ({ token: "unknown" })],
  "team.invite": ["admin", () => ({ email: `${randomUUID()}@example.org`, role: "member" })],
  "team.join": ["anyone", () => ({ token: "unknown" })],
  "team.leave": ["member", ({ organizationId }) => ({ organizationId })],
  "team.list": ["member"],
  "team.makeResetLink": ["owner", ({ memberId }) => ({ memberId })],
  "team.resetSecondFactor": ["owner", ({ memberId }) => ({ memberId })],
  "team.remove": ["admin", ({ memberId }) => ({ memberId })],
  "twilioWhatsApp.addSharedKey": [
    "admin",
    ({ connectionId }) => ({
      connectionId,
      keyId: `webhooks_sharedkey_${randomUUID()}`,
      secret: "a secret of the matrix",
      algorithm: "HMAC_SHA256",
    }),
  ],
  "twilioWhatsApp.check": ["admin", ({ connectionId }) => ({ connectionId })],
  "twilioWhatsApp.connect": ["admin", () => ({ mode: "live", accountSid: "wrong", authToken: "wrong" })],
  "twilioWhatsApp.disconnect": ["admin", ({ connectionId }) => ({ connectionId })],
  "twilioWhatsApp.removeSharedKey": ["admin", ({ connectionId }) => ({ connectionId, keyId: "unknown" })],
  "twilioWhatsApp.showTyping": ["admin", ({ connectionId }) => ({ connectionId, showsTyping: true })],
  "twilioWhatsApp.status": ["member"],
  "twilioWhatsApp.testCredentials": ["admin"],
  "twilioWhatsApp.verify": ["admin", () => ({ mode: "live", accountSid: "wrong", authToken: "wrong" })],
};

/** Who comes to a door: what is theirs to open. */
const OPENS: Record<string, Door[]> = {
  anonymous: ["anyone"],
  "with an expired session": ["anyone"],
  "with a made-up session": ["anyone"],
  removed: ["anyone"],
  "without the second step that is asked for": ["anyone", "arriving"],
  "of no organisation": ["anyone", "arriving", "person"],
  "invited, not joined": ["anyone", "arriving", "person", "member", "admin", "owner"],
  member: ["anyone", "arriving", "person", "member"],
  admin: ["anyone", "arriving", "person", "member", "admin"],
  owner: ["anyone", "arriving", "person", "member", "admin", "owner"],
  "owner of another organisation": ["anyone", "arriving", "person", "member", "admin", "owner"],
};
/** A key passes the doors of its role, where REST offers what is behind them; the others are for people. */
const KEYS: Record<string, Door[]> = {
  "program with a member's key": ["member"],
  "program with an admin's key": ["member", "admin"],
  "program with an owner's key": ["member", "admin", "owner"],
  "program with another organisation's key": ["member", "admin", "owner"],
};
const DEAD_KEYS = ["program with a revoked key", "program with an expired key", "program with a made-up key"];
/** These have an organisation, but not this one. */
const STRANGERS = [
  "invited, not joined",
  "owner of another organisation",
  "program with another organisation's key",
];

const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>;

test("every procedure has a place in this table", () => {
  expect(Object.keys(procedures).toSorted()).toEqual(Object.keys(PROCEDURES).toSorted());
});

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestServer;
  let owned: Ids;
  const people = new Map<string, TestVisitor>();

  beforeAll(async () => {
    desk = await startTestServer(kind);
    const owner = await desk.setUp();
    const admin = await desk.addMember(owner, "admin@example.org", "admin");
    const member = await desk.addMember(owner, "member@example.org", "member");
    const removed = await desk.addMember(owner, "removed@example.org", "member");
    const expired = await desk.addMember(owner, "expired@example.org", "owner");
    const alone = await desk.addMember(owner, "alone@example.org", "member");
    const { members } = await owner.api.team.list.query();
    const memberIdOf = (email: string) => members.find((one) => one.email === email)?.id ?? "";
    await owner.api.team.remove.mutate({ memberId: memberIdOf("removed@example.org") });
    await owner.api.team.remove.mutate({ memberId: memberIdOf("alone@example.org") });
    await alone.signIn("alone@example.org");
    await endSession(desk, "expired@example.org");
    const madeUp = desk.visitor();
    for (const name of owner.cookies.keys())
      madeUp.cookies.set(name, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbb");
    owned = await furnish(desk, owner, memberIdOf("member@example.org"));
    const [stranger, invited] = [
      await ownerOfAnother(desk, owner, "stranger@example.net"),
      await ownerOfAnother(desk, owner, "invited@example.net"),
    ];
    await owner.api.team.invite.mutate({ email: "invited@example.net", role: "owner" });
    const lacking = await ownerOfAnother(desk, owner, "lacking@example.net");
    const theirs = eq(organizations.name, "Of lacking@example.net");
    await desk.store.db.update(organizations).set({ requiresSecondFactor: true }).where(theirs);
    const all: [string, TestVisitor][] = [
      ["anonymous", desk.visitor()],
      ["with an expired session", expired],
      ["with a made-up session", madeUp],
      ["removed", removed],
      ["without the second step that is asked for", lacking],
      ["of no organisation", alone],
      ["invited, not joined", invited],
      ["member", member],
      ["admin", admin],
      ["owner", owner],
      ["owner of another organisation", stranger],
    ];
    for (const [who, visitor] of all) people.set(who, visitor);
    const dead = { revoked: await keyOf(owner, "owner"), expired: await keyOf(owner, "owner") };
    const keys: [string, string][] = [
      ["program with a member's key", (await keyOf(owner, "member")).key],
      ["program with an admin's key", (await keyOf(owner, "admin")).key],
      ["program with an owner's key", (await keyOf(owner, "owner")).key],
      ["program with another organisation's key", (await keyOf(stranger, "owner")).key],
      ["program with a revoked key", dead.revoked.key],
      ["program with an expired key", dead.expired.key],
      ["program with a made-up key", `wst_${"a".repeat(64)}`],
    ];
    await owner.api.apiKeys.revoke.mutate({ keyId: dead.revoked.id });
    await desk.store.db
      .update(apiKeys)
      .set({ expiresAt: new Date(Date.now() - 60_000) })
      .where(eq(apiKeys.id, dead.expired.id));
    for (const [who, key] of keys) {
      const program = desk.visitor();
      // That somebody is signed in at the same browser makes no difference.
      for (const [name, value] of owner.cookies) program.cookies.set(name, value);
      program.headers.authorization = `Bearer ${key}`;
      people.set(who, program);
    }
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.reported).toEqual([]);
  });

  test.each(Object.entries(OPENS))("somebody %s passes their doors and no others", async (who, doors) => {
    const visitor = people.get(who);
    if (!visitor) throw new Error("Nobody");
    const refusal = doors.includes("arriving") ? "FORBIDDEN" : "UNAUTHORIZED";
    for (const [path, [door, input]] of Object.entries(PROCEDURES)) {
      // Ids of nothing: what is behind the door finds nothing, and nothing is changed for the next one.
      const answer = await ask(visitor, path, input?.(nowhere()));
      const what = `${path}: ${answer.text}`;
      expect.soft(answer.status, what).toBeLessThan(500);
      if (!doors.includes(door)) expect.soft(codeOf(answer), what).toBe(refusal);
      else expect.soft(["UNAUTHORIZED", "FORBIDDEN"], what).not.toContain(codeOf(answer));
      if (!STRANGERS.includes(who) || !input) continue;
      // What is another organisation's is answered as what does not exist.
      const foreign = await ask(visitor, path, input(owned));
      expect.soft(foreign.status, path).toBe(answer.status);
      expect.soft(withoutIds(foreign.text), path).toBe(withoutIds(answer.text));
      expect.soft(foreign.text, path).not.toContain("secret");
    }
  });

  test.each(Object.entries(KEYS))(
    "a %s passes its doors, where REST has one, and no others",
    async (who, doors) => {
      const program = people.get(who);
      if (!program) throw new Error("Nobody");
      for (const [path, [door, input]] of Object.entries(PROCEDURES)) {
        const endpoint = restEndpoints.find(({ procedure }) => procedure === path);
        const isOpen = door === "anyone" || (endpoint !== undefined && doors.includes(door));
        const asks = [(ids: Ids) => ask(program, path, input?.(ids))];
        if (endpoint) asks.push((ids: Ids) => askRest(program, endpoint, input?.(ids) ?? {}));
        for (const [way, call] of asks.entries()) {
          const answer = await call(nowhere());
          const what = `${path} by ${way === 0 ? "tRPC" : "REST"}: ${answer.text}`;
          expect.soft(answer.status, what).toBeLessThan(500);
          if (!isOpen) expect.soft([answer.status, codeOf(answer)], what).toEqual([403, "FORBIDDEN"]);
          else expect.soft(["UNAUTHORIZED", "FORBIDDEN"], what).not.toContain(codeOf(answer));
          if (!STRANGERS.includes(who) || !input) continue;
          const foreign = await call(owned);
          expect.soft(foreign.status, what).toBe(answer.status);
          expect.soft(withoutIds(foreign.text), what).toBe(withoutIds(answer.text));
          expect.soft(foreign.text, what).not.toContain("secret");
        }
      }
    },
  );

  test.each(DEAD_KEYS)("a %s is told so at every door", async (who) => {
    const program = people.get(who);
    if (!program) throw new Error("Nobody");
    for (const [path, [, input]] of Object.entries(PROCEDURES)) {
      const answer = await ask(program, path, input?.(owned));
      expect.soft([answer.status, codeOf(answer)], path).toEqual([401, "UNAUTHORIZED"]);
      const endpoint = restEndpoints.find(({ procedure }) => procedure === path);
      if (!endpoint) continue;
      const { status, text } = await askRest(program, endpoint, input?.(owned) ?? {});
      expect.soft([status, JSON.parse(text).reason], path).toEqual([401, "key_refused"]);
    }
  });

  test.each(Object.entries(OPENS))("somebody %s passes the same doors by REST", async (who, doors) => {
    const visitor = people.get(who);
    if (!visitor) throw new Error("Nobody");
    for (const endpoint of restEndpoints) {
      const [door, input] = PROCEDURES[endpoint.procedure] ?? ["owner"];
      const answer = await askRest(visitor, endpoint, input?.(nowhere()) ?? {});
      const what = `${endpoint.method} ${endpoint.path}: ${answer.text}`;
      expect.soft(answer.status, what).toBeLessThan(500);
      const refusal = doors.includes("arriving") ? [403, "FORBIDDEN"] : [401, "UNAUTHORIZED"];
      if (!doors.includes(door)) expect.soft([answer.status, codeOf(answer)], what).toEqual(refusal);
      else expect.soft(["UNAUTHORIZED", "FORBIDDEN"], what).not.toContain(codeOf(answer));
      if (!STRANGERS.includes(who) || !input) continue;
      const foreign = await askRest(visitor, endpoint, input(owned));
      expect
        .soft([foreign.status, withoutIds(foreign.text)], what)
        .toEqual([answer.status, withoutIds(answer.text)]);
      expect.soft(foreign.text, what).not.toContain("secret");
    }
  });

  test("the audit log is a file for owners and admins, and for keys like them", async () => {
    const path = "/api/audit/export?format=jsonl";
    for (const [who, visitor] of people) {
      const response = await visitor.send(path);
      const doors = KEYS[who] ?? OPENS[who] ?? [];
      const isKnown = doors.includes("member") || doors.includes("arriving");
      const expected = doors.includes("admin") ? 200 : isKnown ? 403 : 401;
      const text = await response.text();
      expect.soft(response.status, `${who}: ${text}`).toBe(expected);
      if (!STRANGERS.includes(who)) continue;
      expect.soft(text, who).not.toContain("pending@example.org");
    }
  });

  test("no query tells the position of a row", async () => {
    const owner = people.get("owner");
    if (!owner) throw new Error("Nobody");
    const queries = Object.entries(PROCEDURES).filter(([path]) => procedures[path]?._def.type === "query");
    let ids = 0;
    for (const [path, [, input]] of queries) {
      const { status, text } = await ask(owner, path, input?.(owned));
      if (status !== 200) continue;
      for (const [name, value] of valuesIn(JSON.parse(text))) {
        if (!/^id$|Ids?$|[cC]ursor$/.test(name) || value === null) continue;
        expect.soft(String(value), `${path} ${name}`).not.toMatch(/^[\d.-]*$/);
        ids += 1;
      }
    }
    expect(ids).toBeGreaterThan(20);
  });

  test("nothing takes more than it asks for", async () => {
    const owner = people.get("owner");
    for (const [path, [, input]] of Object.entries(PROCEDURES))
      for (const extra of [
        { organizationId: randomUUID(), more: 1 },
        { role: "owner", id: 1, more: 1 },
      ]) {
        if (!owner || !input) continue;
        const wanted = { ...input(nowhere()), ...extra };
        const { status, text } = await ask(owner, path, wanted);
        expect.soft(status, `${path}: ${text}`).toBe(400);
        const endpoint = restEndpoints.find(({ procedure }) => procedure === path);
        const rest = endpoint && (await askRest(owner, endpoint, wanted));
        expect.soft(rest?.status ?? 400, `${path}: ${rest?.text}`).toBe(400);
      }
  });

  test("text that no database holds makes nothing fail", async () => {
    const owner = people.get("owner");
    if (!owner) throw new Error("Nobody");
    const bad = ["\u0000 and more text", "\ud800 and more text", "x".repeat(20_000)];
    const failed: string[] = [];
    for (const [path, [, input]] of Object.entries(PROCEDURES)) {
      // Sending needs jobs, which this desk has not: `rest.test.ts` tries it.
      if (path === "messages.send") continue;
      const given = { search: "", ...input?.(owned) };
      const texts = Object.entries(given).filter(([, value]) => typeof value === "string");
      for (const [name] of input ? texts : [])
        for (const text of bad) {
          const { search, ...others } = given;
          const wanted = name === "search" ? { ...others, search: text } : { ...others, [name]: text };
          const endpoint = restEndpoints.find(({ procedure }) => procedure === path);
          const answers = [await ask(owner, path, wanted)];
          if (endpoint) answers.push(await askRest(owner, endpoint, wanted));
          for (const { status } of answers)
            if (status >= 500) failed.push(`${path} ${name} ${JSON.stringify(text.slice(0, 8))}: ${status}`);
        }
    }
    expect(failed).toEqual([]);
  });
});

/** Each value that is neither an object nor a list, with the name that it stands under. */
function valuesIn(value: unknown, name = ""): [name: string, value: unknown][] {
  if (Array.isArray(value)) return value.flatMap((each) => valuesIn(each, name));
  if (typeof value !== "object" || value === null) return [[name, value]];
  return Object.entries(value).flatMap(([key, each]) => valuesIn(each, key));
}

const codeOf = ({ text }: Answer) => /"code":"([A-Z_]+)"/.exec(text)?.[1] ?? null;

interface Answer {
  status: number;
  text: string;
}

async function ask(visitor: TestVisitor, path: string, input?: object): Promise<Answer> {
  const type = procedures[path]?._def.type;
  const query = input ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
  if (type === "mutation") {
    const response = await visitor.post(`/api/trpc/${path}`, input ?? "");
    return { status: response.status, text: await response.text() };
  }
  const over = new AbortController();
  const accept = type === "subscription" ? "text/event-stream" : "application/json";
  const response = await visitor.send(`/api/trpc/${path}${query}`, {
    headers: { accept },
    signal: over.signal,
  });
  if (type !== "subscription") return { status: response.status, text: await response.text() };
  // A stream that is refused says so at once, if not by its status then in its first event.
  const reader = response.body?.getReader();
  let text = "";
  const end = new Promise<null>((resolve) => {
    AbortSignal.timeout(STREAM_MS).addEventListener("abort", () => resolve(null));
  });
  for (let part = await reader?.read(); part && !part.done; ) {
    text += Buffer.from(part.value).toString();
    if (text.includes("serialized-error")) break;
    const next = await Promise.race([reader?.read(), end]);
    if (!next) break;
    part = next;
  }
  over.abort();
  return { status: Number(/"httpStatus":(\d+)/.exec(text)?.[1] ?? response.status), text };
}

/** Puts each field of the input where it belongs; what belongs nowhere, where the others are. */
async function askRest(visitor: TestVisitor, endpoint: RestEndpoint, input: object): Promise<Answer> {
  const { method, inPath } = endpoint;
  const fields = Object.entries(input);
  const isInPath = ([name]: [string, unknown]) => inPath.some((field) => field.name === name);
  let path = endpoint.path;
  for (const [name, value] of fields.filter(isInPath)) path = path.replace(`{${name}}`, String(value));
  const others = Object.fromEntries(fields.filter((field) => !isInPath(field)));
  const response =
    method === "POST"
      ? await visitor.post(path, others)
      : await visitor.send(`${path}?${new URLSearchParams(others as Record<string, string>)}`, { method });
  return { status: response.status, text: await response.text() };
}

const keyOf = (maker: TestVisitor, role: "owner" | "admin" | "member") =>
  maker.api.apiKeys.make.mutate({ name: `Program as ${role}`, role, days: null });

const STREAM_MS = 250;

const withoutIds = (text: string) =>
  text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|wst_[0-9a-f]{64}|join\/[\w-]+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, "…");

function nowhere(): Ids {
  const id = randomUUID();
  return {
    organizationId: id,
    connectionId: id,
    conversationId: id,
    messageId: id,
    noteId: id,
    replyId: id,
    memberId: id,
    userId: id,
    invitationId: id,
    keyId: id,
  };
}

async function endSession(desk: TestServer, email: string): Promise<void> {
  const [user] = await desk.store.db.select().from(users).where(eq(users.email, email));
  await desk.store.db
    .update(sessions)
    .set({ expiresAt: new Date(Date.now() - 60_000) })
    .where(eq(sessions.userId, user?.id ?? ""));
}

async function ownerOfAnother(desk: TestServer, owner: TestVisitor, email: string): Promise<TestVisitor> {
  const { id } = await owner.api.organizations.create.mutate({ name: `Of ${email}` });
  await owner.api.organizations.activate.mutate({ organizationId: id });
  const { link } = await owner.api.team.invite.mutate({ email, role: "owner" });
  const visitor = desk.visitor();
  await visitor.api.team.join.mutate({ token: setupTokenOf(link), name: email, password: TEST_PASSWORD });
  await visitor.signIn(email);
  const { organizations: mine } = (await owner.api.session.me.query()) ?? { organizations: [] };
  const home = mine.find((one) => one.id !== id && one.name === "Acme");
  await owner.api.organizations.activate.mutate({ organizationId: home?.id ?? "" });
  return visitor;
}

/** One of everything, in the owner's organisation. */
async function furnish(desk: TestServer, owner: TestVisitor, memberId: string): Promise<Ids> {
  const { db } = desk.store;
  const me = await owner.api.session.me.query();
  const organizationId = me?.organization?.id ?? "";
  const [organization] = await db.select().from(organizations).where(eq(organizations.id, organizationId));
  const organizationNo = organization?.no ?? 0;
  const sid = `AC${"a".repeat(32)}`;
  const [connection] = await db
    .insert(connections)
    .values({
      organizationId,
      mode: "live",
      accountSid: sid,
      accountName: "Acme",
      accountStatus: "active",
      accountType: "full",
      ownerAccountSid: sid,
      sender: "whatsapp:+14155550100",
    })
    .returning();
  const connectionNo = connection?.no ?? 0;
  const [contact] = await db.insert(contacts).values({ organizationNo, name: "Anna" }).returning();
  const [conversation] = await db
    .insert(conversations)
    .values({
      publicId: randomUUID(),
      organizationNo,
      connectionNo,
      ours: "whatsapp:+14155550100",
      contactId: contact?.id ?? 0,
      address: "whatsapp:+4915112345678",
    })
    .returning();
  const at = new Date();
  const conversationId = conversation?.id ?? 0;
  await db.insert(messages).values({
    id: 1,
    organizationNo,
    connectionNo,
    conversationId,
    isIncoming: true,
    kind: 1,
    status: 0,
    at,
    body: "secret words",
  });
  await db.insert(conversationActivity).values({
    conversationId,
    organizationNo,
    lastMessageId: 1,
    lastAt: at,
    lastIncomingAt: at,
    lastIncomingId: 1,
    incoming: 1,
    preview: "secret words",
  });
  const publicId = conversation?.publicId ?? "";
  const note = await owner.api.notes.add.mutate({ conversationId: publicId, body: "secret note" });
  const reply = await owner.api.replies.add.mutate({ shortcut: "secret", body: "secret reply" });
  const invitation = await owner.api.team.invite.mutate({ email: "pending@example.org", role: "member" });
  const key = await keyOf(owner, "admin");
  return {
    keyId: key.id,
    organizationId,
    connectionId: connection?.id ?? "",
    conversationId: publicId,
    messageId: desk.platform.publicIds(organizationId).encode("message", 1),
    noteId: note.id,
    replyId: reply.id,
    memberId,
    userId: me?.user.id ?? "",
    invitationId: invitation.id,
  };
}
