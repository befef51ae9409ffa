import type { Viewer } from "@waystation/api/trpc";
import type { Database } from "@waystation/db/client";
import * as people from "@waystation/db/schema-people";
import {
  addressBlock,
  countAttempt,
  forgetAttempts,
  type Limit,
  uncountAttempt,
} from "@waystation/whatsapp/team/attempts";
import {
  hashPassword,
  PASSWORD_MAX,
  PASSWORD_MIN,
  passwordProblem,
  verifyPassword,
} from "@waystation/whatsapp/team/password";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError } from "better-auth/api";
import { betterAuth } from "better-auth/minimal";
import { fromNodeHeaders } from "better-auth/node";
import { and, asc, DrizzleQueryError, eq, lt, sql } from "drizzle-orm";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { z } from "zod";

export interface AuthOptions {
  db: Database;
  publicUrl: string;
  secret: string;
  report: (error: unknown) => void;
}

export interface Auth {
  /** A request to `/api/auth/…`; its `ADDRESS_HEADER` is believed. */
  handler(request: Request): Promise<Response>;
  session(headers: Headers): Promise<SignedIn | null>;
  publicUrl: string;
}

export interface SignedIn {
  user: { id: string; name: string; email: string };
  session: { id: string; activeOrganizationId?: string | null; updatedAt: Date };
}

export const ADDRESS_HEADER = "x-waystation-client-ip";

const BASE_PATH = "/api/auth";
const BODY_LIMIT = "16kb";
const DAYS_7 = 7 * 24 * 60 * 60;
const HOURS_12 = 12 * 60 * 60;
/** How stale a session's idle clock may be before a request moves it on. */
const IDLE_STEP_MS = 5 * 60_000;

/** Wrong passwords only: what succeeds is taken back. */
const WRONG_FOR_ACCOUNT: Limit = { limit: 10, seconds: 15 * 60 };
const WRONG_FROM_BLOCK: Limit = { limit: 60, seconds: 15 * 60 };

/** All that better-auth may do for a browser. Everything else that it could do is not there. */
const ROUTES = new Set([
  "POST /sign-in/email",
  "POST /sign-out",
  "GET /get-session",
  "POST /change-password",
  "GET /list-sessions",
  "POST /revoke-session",
  "POST /revoke-other-sessions",
]);

export function createAuth(options: AuthOptions): Auth {
  const { db, publicUrl } = options;
  const engine = createEngine(options);
  const session = (headers: Headers) => engine.api.getSession({ headers });

  async function signIn(request: Request): Promise<Response> {
    const body = signInBody.safeParse(await readJson(request));
    if (!body.success) return refuse(400, "INVALID_INPUT", "Enter your e-mail address and your password.");
    const account = `sign-in:account:${body.data.email}`;
    const block = `sign-in:block:${addressBlock(request.headers.get(ADDRESS_HEADER))}`;
    const attempts = [
      await countAttempt(db, block, WRONG_FROM_BLOCK),
      await countAttempt(db, account, WRONG_FOR_ACCOUNT),
    ];
    const full = attempts.find(({ allowed }) => !allowed);
    if (full) return tooMany(full.retryAfter);
    const before = await session(request.headers);
    const response = await engine.handler(withBody(request, body.data));
    if (response.ok) {
      await forgetAttempts(db, account);
      await uncountAttempt(db, block);
      if (before) await db.delete(people.sessions).where(eq(people.sessions.id, before.session.id));
    }
    return response;
  }

  async function changePassword(request: Request): Promise<Response> {
    const body = changePasswordBody.safeParse(await readJson(request));
    if (!body.success) return refuse(400, "INVALID_INPUT", "Enter your current password and the new one.");
    const signedIn = await session(request.headers);
    if (!signedIn) return engine.handler(withBody(request, body.data));
    const problem = passwordProblem(body.data.newPassword, signedIn.user.email);
    if (problem) return refuse(400, "PASSWORD_WEAK", problem);
    const key = `change-password:${signedIn.user.id}`;
    const attempt = await countAttempt(db, key, WRONG_FOR_ACCOUNT);
    if (!attempt.allowed) return tooMany(attempt.retryAfter);
    const response = await engine.handler(withBody(request, body.data));
    if (response.ok) await forgetAttempts(db, key);
    return response;
  }

  async function handler(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.slice(BASE_PATH.length);
    if (!ROUTES.has(`${request.method} ${path}`)) return refuse(404, "NOT_FOUND", "There is nothing here.");
    const type = request.headers.get("content-type");
    if (request.method === "POST" && type && !/^application\/json\s*(;|$)/i.test(type))
      return refuse(415, "JSON_ONLY", "Send JSON.");
    if (path === "/sign-in/email") return signIn(request);
    if (path === "/change-password") return changePassword(request);
    return engine.handler(request);
  }

  return { handler, session, publicUrl };
}

const signInBody = z.object({
  email: z.string().max(254).trim().toLowerCase(),
  password: z.string().max(PASSWORD_MAX),
});

const changePasswordBody = z.object({
  currentPassword: z.string().max(PASSWORD_MAX),
  newPassword: z.string().max(1000),
  revokeOtherSessions: z.boolean().optional(),
});

function createEngine({ db, publicUrl, secret, report }: AuthOptions) {
  const secure = publicUrl.startsWith("https:");
  return betterAuth({
    appName: "Waystation",
    baseURL: publicUrl,
    basePath: BASE_PATH,
    secret,
    trustedOrigins: [new URL(publicUrl).origin],
    database: drizzleAdapter(db, { provider: "pg", schema: people, usePlural: true }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      password: { hash: hashPassword, verify: verifyPassword },
    },
    session: {
      /** The cookie's life, and the longest a session can last; how long it may idle is `expiresAt`'s matter, below. */
      expiresIn: DAYS_7,
      disableSessionRefresh: true,
      freshAge: 0,
      cookieCache: { enabled: false },
      additionalFields: { activeOrganizationId: { type: "string", required: false, input: false } },
    },
    databaseHooks: {
      session: {
        create: {
          before: async (created, context) => {
            await forgetExpiredSessions(db, created.userId);
            const current: unknown = context?.context.session?.session.activeOrganizationId;
            const preferred = typeof current === "string" ? current : null;
            return {
              data: {
                expiresAt: new Date(Date.now() + HOURS_12 * 1000),
                activeOrganizationId: await startingOrganization(db, created.userId, preferred),
              },
            };
          },
        },
      },
    },
    rateLimit: {
      enabled: true,
      storage: "database",
      window: 10,
      max: 200,
      /** A burst of password checks costs memory and time, right ones too. Wrong ones are counted above. */
      customRules: {
        "/sign-in/email": { window: 1, max: 30 },
        "/change-password": { window: 1, max: 5 },
      },
    },
    advanced: {
      cookiePrefix: secure ? "__Host-waystation" : "waystation",
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax", path: "/" },
      database: { generateId: false },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 64 },
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    onAPIError: {
      onError: (error) => {
        if (!(error instanceof APIError) || error.statusCode >= 500) report(withoutParameters(error));
      },
    },
  });
}

/** Who asks. The role is read anew each time: what was taken away is gone with the next request. */
export async function viewerOf(auth: Auth, db: Database, headers: Headers): Promise<Viewer | null> {
  const signedIn = await auth.session(headers);
  if (!signedIn) return null;
  const { user, session } = signedIn;
  if (Date.now() - session.updatedAt.getTime() > IDLE_STEP_MS) await keepAlive(db, session.id);
  const mine = await db
    .select({ organizationId: people.members.organizationId, role: people.members.role })
    .from(people.members)
    .where(eq(people.members.userId, user.id))
    .orderBy(asc(people.members.createdAt), asc(people.members.id));
  const acting = mine.find((one) => one.organizationId === session.activeOrganizationId) ?? mine[0];
  return {
    userId: user.id,
    sessionId: session.id,
    name: user.name,
    email: user.email,
    organizationId: acting?.organizationId ?? null,
    role: acting?.role ?? null,
  };
}

async function keepAlive(db: Database, sessionId: string): Promise<void> {
  const { sessions } = people;
  await db
    .update(sessions)
    .set({
      updatedAt: sql`now()`,
      expiresAt: sql`least(now() + make_interval(secs => ${HOURS_12}), ${sessions.createdAt} + make_interval(secs => ${DAYS_7}))`,
    })
    .where(eq(sessions.id, sessionId));
}

async function forgetExpiredSessions(db: Database, userId: string): Promise<void> {
  const { sessions } = people;
  await db.delete(sessions).where(and(eq(sessions.userId, userId), lt(sessions.expiresAt, sql`now()`)));
}

/** The organisation that this person acted for last, while they still belong to it; else their first one. */
async function startingOrganization(db: Database, userId: string, preferred: string | null) {
  const { members, sessions } = people;
  const lastUse = db
    .select({ at: sql`max(${sessions.updatedAt})` })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), eq(sessions.activeOrganizationId, members.organizationId)));
  const [member] = await db
    .select({ organizationId: members.organizationId })
    .from(members)
    .where(eq(members.userId, userId))
    .orderBy(
      sql`(${members.organizationId} = ${preferred}::uuid) desc nulls last`,
      sql`(${lastUse}) desc nulls last`,
      asc(members.createdAt),
      asc(members.id),
    )
    .limit(1);
  return member?.organizationId ?? null;
}

/** Mounted at `/api/auth`, before any other body parser. The address of the client is Express's to say. */
export function authRouter(auth: Auth): Router {
  const forward: RequestHandler = async (req, res) => {
    const headers = fromNodeHeaders(req.headers);
    headers.delete(ADDRESS_HEADER);
    if (req.ip) headers.set(ADDRESS_HEADER, req.ip);
    for (const name of ["content-length", "transfer-encoding", "connection"]) headers.delete(name);
    const body = req.method === "POST" && typeof req.body === "string" ? req.body : null;
    const url = new URL(`${BASE_PATH}${req.path}`, auth.publicUrl);
    const response = await auth.handler(new Request(url, { method: req.method, headers, body }));
    const cookies = response.headers.getSetCookie();
    for (const [name, value] of response.headers) if (name !== "set-cookie") res.setHeader(name, value);
    if (cookies.length > 0) res.setHeader("set-cookie", cookies);
    res.setHeader("cache-control", "no-store");
    res.status(response.status).send(Buffer.from(await response.arrayBuffer()));
  };
  const unreadable: ErrorRequestHandler = (error, _req, res, next) => {
    const status: unknown = error?.status;
    if (typeof status !== "number" || status < 400 || status > 499) return next(error);
    res.status(status).json({ code: "UNREADABLE", message: "This request cannot be read." });
  };
  const router = Router({ caseSensitive: true, strict: true });
  router.use(express.text({ type: "application/json", limit: BODY_LIMIT }), forward, unreadable);
  return router;
}

async function readJson(request: Request): Promise<unknown> {
  try {
    return JSON.parse(await request.clone().text());
  } catch {
    return null;
  }
}

/** Only what was read and checked goes on: no redirect targets, no further fields. */
function withBody(request: Request, body: object): Request {
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  /** Every browser that says a mode says the site too; Node's fetch, which sends no Origin, says only the mode. */
  if (!headers.has("sec-fetch-site")) headers.delete("sec-fetch-mode");
  return new Request(request.url, { method: request.method, headers, body: JSON.stringify(body) });
}

function refuse(
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, message }, { status, headers });
}

function tooMany(seconds: number): Response {
  const message = `Too many wrong passwords. Try again in ${Math.ceil(seconds / 60)} minutes.`;
  return refuse(429, "TOO_MANY_REQUESTS", message, { "retry-after": String(seconds) });
}

/** Drizzle's own message repeats the parameters, and with them tokens and hashes. */
function withoutParameters(error: unknown): unknown {
  if (error instanceof DrizzleQueryError) return error.cause ?? new Error("A query failed.");
  if (error instanceof APIError && error.cause) return withoutParameters(error.cause);
  return error;
}
