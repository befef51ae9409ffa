import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTRPCClient, httpLink } from "@trpc/client";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { type AppRouter, appRouter } from "@waystation/api/root";
import type { TrpcContext } from "@waystation/api/trpc";
import { createChangeFeed } from "@waystation/core/change-feed/change-feed";
import type { Installation, OutgoingMail } from "@waystation/core/context";
import { readKeyring } from "@waystation/core/credentials";
import { createPublicIds } from "@waystation/core/public-ids";
import { createNoopJobs } from "@waystation/core/testing/test-core";
import { createTestStore, type TestStore, type testDatabases } from "@waystation/db/testing/databases";
import { publishAccessChange } from "@waystation/identity/access";
import { ensureSetupToken } from "@waystation/identity/setup/token";
import express, { type Request, type Response } from "express";
import { createAuth } from "../auth/auth.ts";
import { authRouter } from "../auth/auth-route.ts";
import { authenticate, respondToRejectedKey } from "../auth/viewer.ts";
import { restRoute } from "../routes/rest-route.ts";
import { authenticatorCode } from "./authenticator-code.ts";
import { createTestLog } from "./test-files.ts";

export const TEST_PASSWORD = "correct horse battery";

export interface TestServer extends AsyncDisposable {
  url: string;
  store: TestStore;
  platform: Installation;
  mails: OutgoingMail[];
  reported: unknown[];
  /** Of the log. */
  lines: Record<string, unknown>[];
  visitor(): TestVisitor;
  /** A fresh installation's first owner, signed in. */
  setUp(): Promise<TestVisitor>;
  /** Somebody who joined the owner's organisation by invitation, signed in. */
  addMember(owner: TestVisitor, email: string, role: "owner" | "admin" | "member"): Promise<TestVisitor>;
}

/** People's part of the server, over HTTP, on a database of its own. */
export async function startTestServer(
  kind: (typeof testDatabases)[number],
  more: Partial<Installation> = {},
): Promise<TestServer> {
  const store = await createTestStore(kind);
  const app = express();
  /** Tests choose the address that they come from. */
  app.set("trust proxy", true);
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const mails: OutgoingMail[] = [];
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const { log, lines } = createTestLog();
  const platform: Installation = {
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createChangeFeed(),
    jobs: createNoopJobs,
    publicUrl: url,
    simulatorUrl: null,
    embedded: kind === "embedded",
    sendMail: async (mail) => void mails.push(mail),
    linkSecret: "the link secret of this test",
    publicIds: createPublicIds(randomBytes(32)),
    ...more,
  };
  const secret = "not a secret outside of this test 7tq2";
  const auth = createAuth({
    db: store.db,
    keyring: platform.keyring,
    publicUrl: url,
    secret,
    report,
    log,
    onSessionsEnded: (userId) => publishAccessChange(platform, userId),
  });
  app.use("/api/auth", authRouter(auth));
  const recognise = authenticate(auth, store.db);
  const contextOf = (req: Request, res: Response): TrpcContext => ({
    platform,
    viewer: res.locals.viewer ?? null,
    requestId: "test",
    ip: req.ip ?? null,
    report,
    onRefusal: () => {},
  });
  app.use(
    "/api/trpc",
    recognise,
    respondToRejectedKey,
    createExpressMiddleware({
      router: appRouter,
      createContext: ({ req, res }) => contextOf(req, res),
    }),
  );
  app.use("/api", restRoute({ publicUrl: url, authenticate: recognise, contextOf }));

  const visitor = () => createTestVisitor(url);
  return {
    url,
    store,
    platform,
    mails,
    reported,
    lines,
    visitor,
    setUp: async () => {
      const owner = visitor();
      const token = (await ensureSetupToken(store.db, null)) ?? "";
      const email = "owner@example.com";
      await owner.api.setup.createOwner.mutate({
        token,
        name: "Olga Owner",
        email,
        password: TEST_PASSWORD,
        organization: "Acme",
      });
      await owner.signIn(email);
      return owner;
    },
    addMember: async (owner, email, role) => {
      const { link } = await owner.api.team.invite.mutate({ email, role });
      const member = visitor();
      const name = email.split("@")[0] ?? "";
      await member.api.team.join.mutate({ token: setupTokenOf(link), name, password: TEST_PASSWORD });
      await member.signIn(email);
      return member;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await store[Symbol.asyncDispose]();
    },
  };
}

export function setupTokenOf(link: string | null): string {
  return new URL(link ?? "").pathname.split("/").at(-1) ?? "";
}

export type TestVisitor = ReturnType<typeof createTestVisitor>;

/** A browser as far as the server can tell: keeps cookies, names its origin. */
export function createTestVisitor(url: string) {
  const cookies = new Map<string, string>();
  const extra: Record<string, string> = {};
  const send = async (path: string | URL, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has("origin")) headers.set("origin", url);
    for (const [name, value] of Object.entries(extra)) headers.set(name, value);
    if (cookies.size > 0) headers.set("cookie", [...cookies].map((pair) => pair.join("=")).join("; "));
    const response = await fetch(new URL(path, url), { ...init, headers });
    for (const cookie of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      if (/max-age=0/i.test(cookie)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
  const post = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    send(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return {
    cookies,
    /** Sent with every further request. */
    headers: extra,
    send,
    post,
    signIn: (email: string, password = TEST_PASSWORD) => post("/api/auth/sign-in/email", { email, password }),
    api: createTRPCClient<AppRouter>({
      links: [
        httpLink({ url: `${url}/api/trpc`, fetch: (path, init) => send(path as string, init as never) }),
      ],
    }),
  };
}

/** For `expect(…).rejects.toMatchObject`. */
export const rejectedResponse = (reason: string, field: string | null = null) => ({
  data: { reason, field },
});

/** Sets up two-step sign-in for this visitor, whose other sessions end. */
export async function addSecondFactor(visitor: TestVisitor, password = TEST_PASSWORD) {
  const { secret, uri } = await visitor.api.secondFactor.begin.mutate({ password });
  const { backupCodes } = await visitor.api.secondFactor.confirm.mutate({ code: authenticatorCode(secret) });
  return { secret, uri, backupCodes };
}
