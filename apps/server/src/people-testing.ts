import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTRPCClient, httpLink } from "@trpc/client";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { type AppRouter, appRouter } from "@waystation/api/root";
import type { RequestContext } from "@waystation/api/trpc";
import { createTestStore, type databases, type TestStore } from "@waystation/db/testing";
import { publishAccessChange } from "@waystation/whatsapp/access";
import type { Mail, Platform } from "@waystation/whatsapp/context";
import { readKeyring } from "@waystation/whatsapp/credentials";
import { createFeed } from "@waystation/whatsapp/feed";
import { createPublicIds } from "@waystation/whatsapp/public-ids";
import { ensureSetupToken } from "@waystation/whatsapp/setup/token";
import { noJobs } from "@waystation/whatsapp/testing";
import express, { type Request, type Response } from "express";
import { appCode } from "./app-code-testing.ts";
import { createAuth } from "./auth.ts";
import { authRouter } from "./auth-route.ts";
import { restRoute } from "./rest-route.ts";
import { createTestLog } from "./testing.ts";
import { authenticate, respondToRejectedKey } from "./viewer.ts";

export const PASSWORD = "correct horse battery";

export interface Desk extends AsyncDisposable {
  url: string;
  store: TestStore;
  platform: Platform;
  mails: Mail[];
  reported: unknown[];
  /** Of the log. */
  lines: Record<string, unknown>[];
  visitor(): Visitor;
  /** A fresh installation's first owner, signed in. */
  setUp(): Promise<Visitor>;
  /** Somebody who joined the owner's organisation by invitation, signed in. */
  addMember(owner: Visitor, email: string, role: "owner" | "admin" | "member"): Promise<Visitor>;
}

/** People's part of the server, over HTTP, on a database of its own. */
export async function openDesk(
  kind: (typeof databases)[number],
  more: Partial<Platform> = {},
): Promise<Desk> {
  const store = await createTestStore(kind);
  const app = express();
  /** Tests choose the address that they come from. */
  app.set("trust proxy", true);
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const mails: Mail[] = [];
  const reported: unknown[] = [];
  const report = (error: unknown) => void reported.push(error);
  const { log, lines } = createTestLog();
  const platform: Platform = {
    db: store.db,
    query: store.query,
    queryUnprepared: store.queryUnprepared,
    within: store.within,
    keyring: readKeyring(randomBytes(32).toString("base64")),
    feed: createFeed(),
    jobs: noJobs,
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
  const contextOf = (req: Request, res: Response): RequestContext => ({
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

  const visitor = () => createVisitor(url);
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
        password: PASSWORD,
        organization: "Acme",
      });
      await owner.signIn(email);
      return owner;
    },
    addMember: async (owner, email, role) => {
      const { link } = await owner.api.team.invite.mutate({ email, role });
      const member = visitor();
      const name = email.split("@")[0] ?? "";
      await member.api.team.join.mutate({ token: tokenOf(link), name, password: PASSWORD });
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

export function tokenOf(link: string | null): string {
  return new URL(link ?? "").pathname.split("/").at(-1) ?? "";
}

export type Visitor = ReturnType<typeof createVisitor>;

/** A browser as far as the server can tell: keeps cookies, names its origin. */
export function createVisitor(url: string) {
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
    signIn: (email: string, password = PASSWORD) => post("/api/auth/sign-in/email", { email, password }),
    api: createTRPCClient<AppRouter>({
      links: [
        httpLink({ url: `${url}/api/trpc`, fetch: (path, init) => send(path as string, init as never) }),
      ],
    }),
  };
}

/** For `expect(…).rejects.toMatchObject`. */
export const refused = (reason: string, field: string | null = null) => ({ data: { reason, field } });

/** Sets up two-step sign-in for this visitor, whose other sessions end. */
export async function addSecondFactor(visitor: Visitor, password = PASSWORD) {
  const { secret, uri } = await visitor.api.secondFactor.begin.mutate({ password });
  const { backupCodes } = await visitor.api.secondFactor.confirm.mutate({ code: appCode(secret) });
  return { secret, uri, backupCodes };
}
