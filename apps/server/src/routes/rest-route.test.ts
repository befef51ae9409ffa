import { request } from "node:http";
import { text } from "node:stream/consumers";
import { restEndpoints } from "@waystation/api/rest/openapi";
import { auditLog } from "@waystation/db/schema/schema";
import { testDatabases } from "@waystation/db/testing/databases";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  rejectedResponse,
  startTestServer,
  type TestServer,
  type TestVisitor,
} from "../testing/test-server.ts";

const CONNECT = "/api/integrations/twilio-whatsapp/connect";

describe.each(testDatabases)("on %s", (kind) => {
  let desk: TestServer;
  let owner: TestVisitor;
  beforeAll(async () => {
    desk = await startTestServer(kind);
    owner = await desk.setUp();
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
    expect(desk.reported).toEqual([]);
  });

  const makeKey = (role: "owner" | "admin" | "member" = "admin", maker = owner) =>
    maker.api.apiKeys.make.mutate({ name: "Bridge", role, days: 30 });
  const byKey = (key: string, path: string, init: RequestInit = {}) =>
    fetch(`${desk.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...(init.headers as Record<string, string>) },
    });
  const json = async (response: Response) => (await response.json()) as Record<string, unknown>;

  test("a key is shown once, kept as a hash, and works until it is revoked", async () => {
    const { id, key } = await makeKey();
    expect(key).toMatch(/^wst_[0-9a-f]{64}$/);
    const listed = await owner.api.apiKeys.list.query();
    expect(listed.find((one) => one.id === id)).toMatchObject({
      name: "Bridge",
      role: "admin",
      start: key.slice(0, 16),
      state: "working",
      madeBy: "Olga Owner",
      lastUsedAt: null,
    });
    const dump = JSON.stringify([
      await desk.store.query("select * from api_keys", []),
      await desk.store.query("select * from users", []),
      await desk.store.query("select * from audit_log", []),
      listed,
    ]);
    expect(dump).not.toContain(key.slice(16));

    expect((await byKey(key, CONNECT)).status).toBe(200);
    const [used] = (await owner.api.apiKeys.list.query()).filter((one) => one.id === id);
    expect(used?.lastUsedAt).not.toBeNull();

    await owner.api.apiKeys.revoke.mutate({ keyId: id });
    const answer = await byKey(key, CONNECT);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await json(answer)).toMatchObject({
      code: "UNAUTHORIZED",
      reason: "key_refused",
      message: expect.stringMatching(/^This API key was revoked\./),
    });
    await owner.api.apiKeys.revoke.mutate({ keyId: id });
    const entries = await desk.store.db.select({ action: auditLog.action }).from(auditLog);
    expect(entries.filter(({ action }) => action === "key.revoked")).toHaveLength(1);
  });

  test("nobody makes a key that may do more than they themselves", async () => {
    const admin = await desk.addMember(owner, "admin@example.org", "admin");
    await expect(makeKey("owner", admin)).rejects.toMatchObject(rejectedResponse("not_allowed"));
    expect((await makeKey("admin", admin)).key).toMatch(/^wst_/);
    const member = await desk.addMember(owner, "member@example.org", "member");
    await expect(makeKey("member", member)).rejects.toMatchObject(rejectedResponse("not_allowed"));
    await expect(member.api.apiKeys.list.query()).rejects.toMatchObject(rejectedResponse("not_allowed"));
  });

  test("the account of a key is nobody: it cannot sign in, be invited, or be made a member", async () => {
    const { key } = await makeKey();
    const email = `API key ${key.slice(0, 16)}`;
    const [account] = await desk.store.query("select 1 from users where email = $1", [email]);
    expect(account).toBeDefined();
    expect((await desk.visitor().signIn(email)).status).toBe(400);
    await expect(owner.api.team.invite.mutate({ email, role: "member" })).rejects.toMatchObject(
      rejectedResponse("email_invalid", "email"),
    );
    expect((await owner.api.team.list.query()).members.map((one) => one.email)).not.toContain(email);
  });

  test("a key reads no invitation's link, by which it could become a person", async () => {
    const { key } = await makeKey("owner");
    await owner.api.team.invite.mutate({ email: "pending@example.org", role: "owner" });
    expect((await owner.api.team.list.query()).invitations).toHaveLength(1);
    const team = await json(await byKey(key, "/api/team"));
    expect(team.invitations).toEqual([]);
    expect(JSON.stringify(team)).not.toContain("/join/");
  });

  test("a key that asks too often is told when to come again", async () => {
    const { id, key } = await makeKey();
    await desk.store.query(
      "insert into call_counts (key, window_start, count) values ($1, now() - interval '10 seconds', 600)",
      [`key:${id}`],
    );
    for (const path of ["/api/conversations", "/api/trpc/conversations.list", "/api/nothing"]) {
      const answer = await byKey(key, path);
      if (path === "/api/nothing") expect(answer.status).toBe(404);
      else {
        expect(answer.status).toBe(429);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(40);
        expect(await answer.text()).toContain("too_many_requests");
      }
    }
  });

  test("a page of another origin cannot ride on a session, and needs no origin with a key", async () => {
    const { key } = await makeKey();
    const verify = "/api/integrations/twilio-whatsapp/verify";
    const foreign = await owner.post(verify, {}, { origin: "https://evil.example" });
    expect(foreign.status).toBe(403);
    expect(await json(foreign)).toMatchObject({ code: "FORBIDDEN" });
    const form = await owner.post(verify, "{}", { "content-type": "text/plain" });
    expect(form.status).toBe(415);
    const deleted = await owner.send(`${CONNECT}?connectionId=x`, {
      method: "DELETE",
      headers: { origin: "https://evil.example" },
    });
    expect(deleted.status).toBe(403);
    const program = await byKey(key, `${CONNECT}?connectionId=x`, {
      method: "DELETE",
      headers: { origin: "https://their-own.example" },
    });
    expect(program.status).toBe(400);
    expect(program.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("what is wrong with a request is said in one shape", async () => {
    const { key } = await makeKey();
    const post = (body: string, headers: Record<string, string> = {}) =>
      byKey(key, CONNECT, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      });
    const cases: [Promise<Response>, status: number, code: string, field?: string | null][] = [
      [post("{"), 400, "PARSE_ERROR"],
      [post("[]"), 400, "BAD_REQUEST"],
      [post("null"), 400, "PARSE_ERROR"],
      [post('"text"'), 400, "PARSE_ERROR"],
      [post(""), 400, "BAD_REQUEST", "mode"],
      [post("{}"), 400, "BAD_REQUEST", "mode"],
      [post('{"mode":"live","accountSid":"AC1","authToken":"x","more":1}'), 400, "BAD_REQUEST", null],
      [post('{"__proto__":{"mode":"live"},"accountSid":"AC1"}'), 400, "BAD_REQUEST", "mode"],
      [post('{"mode":"live","accountSid":"AC1","authToken":"x"}'), 400, "BAD_REQUEST", "accountSid"],
      [post(`{"mode":"${"x".repeat(300_000)}"}`), 413, "PAYLOAD_TOO_LARGE"],
      [
        post("mode=live", { "content-type": "application/x-www-form-urlencoded" }),
        415,
        "UNSUPPORTED_MEDIA_TYPE",
      ],
      [post("{}", { "content-encoding": "gzip" }), 415, "UNSUPPORTED_MEDIA_TYPE"],
      [post("{}", { "content-type": "application/json; charset=ebcdic" }), 415, "UNSUPPORTED_MEDIA_TYPE"],
      [byKey(key, CONNECT, { method: "PUT" }), 405, "METHOD_NOT_SUPPORTED"],
      [byKey(key, "/api/conversations?limit=0"), 400, "BAD_REQUEST", "limit"],
      [byKey(key, "/api/conversations?limit=ten"), 400, "BAD_REQUEST", "limit"],
      [byKey(key, "/api/conversations?limit=1&limit=2"), 400, "BAD_REQUEST"],
      [byKey(key, "/api/conversations?isOpen=maybe"), 400, "BAD_REQUEST", "isOpen"],
      [byKey(key, "/api/conversations/no-uuid"), 400, "BAD_REQUEST", "conversationId"],
      [byKey(key, "/api/conversations/%E0%A4%A"), 400, "PARSE_ERROR"],
      [byKey("nonsense", "/api/conversations"), 401, "UNAUTHORIZED"],
      [byKey("", "/api/conversations"), 401, "UNAUTHORIZED"],
      [fetch(`${desk.url}/api/conversations`), 401, "UNAUTHORIZED"],
    ];
    for (const [asked, status, code, field] of cases) {
      const response = await asked;
      const body = await json(response);
      expect.soft([response.status, body.code], JSON.stringify(body)).toEqual([status, code]);
      expect
        .soft(Object.keys(body).sort())
        .toEqual(["code", "detail", "field", "message", "reason", "requestId"].sort());
      if (field !== undefined) expect.soft(body.field, JSON.stringify(body)).toBe(field);
    }
    expect((await byKey(key, CONNECT, { method: "PUT" })).headers.get("allow")).toBe(
      "POST, GET, HEAD, DELETE",
    );
    const { items } = (await json(await byKey(key, "/api/conversations?isOpen=false&limit=1"))) as {
      items: unknown[];
    };
    expect(items).toEqual([]);
  });

  test("no body, path or query makes it fail", async () => {
    const { key } = await makeKey("owner");
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.jsonValue(),
      fc.constant("\u0000"),
      fc.constant("\ud800"),
    );
    const piece = fc.oneof(fc.uuid(), fc.string({ unit: "binary", minLength: 1 }), fc.constant("__proto__"));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...restEndpoints),
        piece,
        fc.dictionary(
          fc.oneof(fc.string(), fc.constantFrom("cursor", "limit", "search", "body", "mode")),
          value,
        ),
        async (endpoint, id, fields) => {
          await desk.store.query("delete from call_counts", []);
          const path = endpoint.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id.toWellFormed()));
          const query = new URLSearchParams(
            Object.entries(fields).map(([name, each]): [string, string] => [
              name,
              typeof each === "string" ? each : JSON.stringify(each),
            ]),
          );
          const isPost = endpoint.method === "POST";
          const response = await requestAlone(`${desk.url}${isPost ? path : `${path}?${query}`}`, {
            method: endpoint.method,
            headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
            body: isPost ? JSON.stringify(fields) : "",
          });
          expect(response.status, response.text).toBeLessThan(500);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** Sends a request over a connection of its own: the server may close an idle one while inputs are generated. */
function requestAlone(
  url: string,
  { body, ...options }: { method: string; headers: Record<string, string>; body: string },
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, agent: false }, async (response) => {
      resolve({ status: response.statusCode ?? 0, text: await text(response) });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
