import type { Database } from "@waystation/db/client";
import * as people from "@waystation/db/schema-people";
import {
  addressBlock,
  countAttempt,
  forgetAttempts,
  type Limit,
  signInAttempts,
  uncountAttempt,
} from "@waystation/whatsapp/attempts";
import { recordForPerson } from "@waystation/whatsapp/audit/record-for-person";
import { recordSignIn, type SignInAction } from "@waystation/whatsapp/audit/record-sign-in";
import type { Keyring } from "@waystation/whatsapp/credentials";
import { DomainError } from "@waystation/whatsapp/errors";
import { takeCode } from "@waystation/whatsapp/second-factor/take-code";
import {
  hashPassword,
  PASSWORD_MAX,
  PASSWORD_MIN,
  passwordProblem,
  verifyPassword,
} from "@waystation/whatsapp/team/password";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { fromNodeHeaders } from "better-auth/node";
import { and, asc, eq, lt, sql } from "drizzle-orm";
import express, { type ErrorRequestHandler, type RequestHandler, Router } from "express";
import { z } from "zod";
import { createKnownDevices } from "./known-device.ts";
import type { Logger } from "./logger.ts";
import { SECOND_STEP, secondStep, secondStepBody } from "./second-step.ts";

export interface AuthOptions {
  db: Database;
  keyring: Keyring;
  publicUrl: string;
  secret: string;
  report: (error: unknown) => void;
  log: Pick<Logger, "info" | "warn">;
  /** Sessions of this person have ended. */
  onSessionsEnded: (userId: string) => Promise<void>;
}

export interface Auth {
  /** A request to `/api/auth/…`; what it says of its address is believed. */
  handler(request: Request): Promise<Response>;
  session(headers: Headers): Promise<SignedIn | null>;
  publicUrl: string;
}

export interface SignedIn {
  user: { id: string; name: string; email: string };
  session: { id: string; activeOrganizationId?: string | null; updatedAt: Date };
}

const ADDRESS_HEADER = "x-waystation-client-ip";

const BASE_PATH = "/api/auth";
const BODY_LIMIT = "16kb";
export const DAYS_7 = 7 * 24 * 60 * 60;
export const HOURS_12 = 12 * 60 * 60;

/** Wrong passwords only: what succeeds is taken back. */
const WRONG_FOR_ACCOUNT: Limit = { limit: 10, seconds: 15 * 60 };
const WRONG_FROM_BLOCK: Limit = { limit: 60, seconds: 15 * 60 };

export function createAuth(options: AuthOptions): Auth {
  const { db, publicUrl, report, log, onSessionsEnded } = options;
  const tell: Tell = async (action, whose, headers, detail = {}) => {
    const ip = headers?.get(ADDRESS_HEADER) ?? null;
    try {
      const userId = await recordSignIn(db, { action, whose, ip, detail });
      const isTheirs = action === "sign_in.succeeded" || action === "sign_in.ended";
      log[isTheirs ? "info" : "warn"]({ event: action, userId, ip, ...detail }, "Signing in");
    } catch (error) {
      report(error);
    }
  };
  const engine = createEngine(options, tell);
  const devices = createKnownDevices({ secret: options.secret, ...cookiesUnder(publicUrl) });
  const session = (headers: Headers) => engine.api.getSession({ headers });

  const forward = (request: Request, body: object) => engine.handler(withBody(request, body));

  async function signIn(request: Request, body: z.infer<typeof signInBody>): Promise<Response> {
    const { email } = body;
    const device = devices.find(request.headers, email);
    const account = device ? `sign-in:device:${device}` : signInAttempts(email);
    const block = `sign-in:block:${addressBlock(request.headers.get(ADDRESS_HEADER))}`;
    const attempts = [
      await countAttempt(db, block, WRONG_FROM_BLOCK),
      await countAttempt(db, account, WRONG_FOR_ACCOUNT),
    ];
    const full = attempts.find(({ allowed }) => !allowed);
    const from = { device: device ? "known" : "new" };
    if (full) {
      const limit = full === attempts[0] ? "address" : "account";
      // For what failed nobody waits: how long that takes must not tell whether there is an account.
      if (limit === "account") void tell("sign_in.closed", { email }, request.headers, from);
      else
        log.warn({ event: "sign_in.closed", limit, ip: request.headers.get(ADDRESS_HEADER) }, "Signing in");
      return tooMany(full.retryAfter);
    }
    const before = await session(request.headers);
    const response = await forward(request, body);
    if (response.status === 401) void tell("sign_in.failed", { email }, request.headers, from);
    if (!response.ok) return response;
    await forgetAttempts(db, account);
    await uncountAttempt(db, block);
    if (before) {
      await db.delete(people.sessions).where(eq(people.sessions.id, before.session.id));
      await onSessionsEnded(before.user.id);
    }
    const { secondStep: isHalf } = signInAnswer.parse(await response.clone().json());
    if (!isHalf) await tell("sign_in.succeeded", { email }, request.headers, { ...from, by: "password" });
    return isHalf || device ? response : devices.remember(response, email);
  }

  /** The account's wrong codes are counted where they are compared. */
  async function signInSecond(request: Request, body: z.infer<typeof secondStepBody>): Promise<Response> {
    const block = `second-step:block:${addressBlock(request.headers.get(ADDRESS_HEADER))}`;
    const attempt = await countAttempt(db, block, WRONG_FROM_BLOCK);
    if (!attempt.allowed) return tooMany(attempt.retryAfter, "codes");
    const response = await forward(request, body);
    if (!response.ok) return response;
    await uncountAttempt(db, block);
    const { email = "" } = signInAnswer.parse(await response.clone().json()).user ?? {};
    const device = devices.find(request.headers, email);
    const how = { device: device ? "known" : "new", by: "password and code" };
    await tell("sign_in.succeeded", { email }, request.headers, how);
    return device ? response : devices.remember(response, email);
  }

  async function changePassword(
    request: Request,
    body: z.infer<typeof changePasswordBody>,
  ): Promise<Response> {
    const signedIn = await session(request.headers);
    if (!signedIn) return forward(request, body);
    const problem = passwordProblem(body.newPassword, signedIn.user.email);
    if (problem) return refuse(400, "PASSWORD_WEAK", problem);
    const key = `change-password:${signedIn.user.id}`;
    const attempt = await countAttempt(db, key, WRONG_FOR_ACCOUNT);
    if (!attempt.allowed) return tooMany(attempt.retryAfter);
    const response = await forward(request, body);
    if (response.ok) {
      await forgetAttempts(db, key);
      const { id: userId, name, email } = signedIn.user;
      const ip = request.headers.get(ADDRESS_HEADER);
      await recordForPerson(db, { userId, name, email, ip }, "member.password_changed");
      await onSessionsEnded(signedIn.user.id);
    }
    return response;
  }

  /** Sessions of one's own, this one or others. */
  async function endSessions(request: Request, body: object): Promise<Response> {
    const signedIn = await session(request.headers);
    const response = await forward(request, body);
    if (signedIn && response.ok) await onSessionsEnded(signedIn.user.id);
    return response;
  }

  async function signOut(request: Request, body: object): Promise<Response> {
    const signedIn = await session(request.headers);
    const response = await endSessions(request, body);
    if (!response.ok) return response;
    if (signedIn) await tell("sign_in.ended", { userId: signedIn.user.id }, request.headers);
    return response;
  }

  /** Of other devices: that somebody else may use them is a reason to do it. */
  const endElsewhere = (devices: "one" | "all others") => async (request: Request, body: object) => {
    const signedIn = await session(request.headers);
    const response = await endSessions(request, body);
    if (!signedIn || !response.ok) return response;
    const { id: userId, name, email } = signedIn.user;
    const ip = request.headers.get(ADDRESS_HEADER);
    await recordForPerson(db, { userId, name, email, ip }, "member.signed_out", { devices });
    return response;
  };

  /** All that better-auth may do for a browser. Everything else that it could do is not there. */
  const routes = new Map<string, (request: Request) => Promise<Response>>([
    ["POST /sign-in/email", withJson(signInBody, signIn)],
    [`POST ${SECOND_STEP}`, withJson(secondStepBody, signInSecond)],
    ["POST /sign-out", withJson(emptyBody, signOut)],
    ["GET /get-session", engine.handler],
    ["POST /change-password", withJson(changePasswordBody, changePassword)],
    ["GET /list-sessions", engine.handler],
    ["POST /revoke-session", withJson(revokeSessionBody, endElsewhere("one"))],
    ["POST /revoke-other-sessions", withJson(emptyBody, endElsewhere("all others"))],
  ]);

  async function handler(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.slice(BASE_PATH.length);
    const route = routes.get(`${request.method} ${path}`);
    if (!route) return refuse(404, "NOT_FOUND", "There is nothing here.");
    try {
      const response = await route(request);
      if (response.status >= 500) report(new Error(`better-auth answered ${response.status} to ${path}.`));
      return response;
    } catch (error) {
      report(error);
      return refuse(500, "FAILED", "Something went wrong on our side. Try again in a moment.");
    }
  }

  return { handler, session, publicUrl };
}

const password = z.string("Enter your password.").max(PASSWORD_MAX, "This password is too long.");

const signInBody = z.object({
  email: z
    .string("Enter your e-mail address.")
    .trim()
    .toLowerCase()
    .pipe(z.email("Enter an e-mail address like name@example.com.").max(254)),
  password,
});

/** What is read of better-auth's answer. */
const signInAnswer = z.object({
  secondStep: z.boolean().optional(),
  user: z.object({ email: z.string() }).optional(),
});

const changePasswordBody = z.object({
  currentPassword: password,
  newPassword: z.string("Enter a new password.").max(1000, "Choose a shorter password."),
  revokeOtherSessions: z.boolean().optional(),
});

const revokeSessionBody = z.object({ token: z.string().regex(/^\w{1,100}$/, "This is not a session.") });

const emptyBody = z.object({});

type Tell = (
  action: SignInAction,
  whose: { email: string } | { userId: string },
  headers: Headers | undefined,
  detail?: Record<string, unknown>,
) => Promise<void>;

function createEngine({ db, keyring, publicUrl, secret }: AuthOptions, tell: Tell) {
  const { secure, cookiePrefix } = cookiesUnder(publicUrl);
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
    plugins: [
      secondStep({
        db,
        takeCode: async (attempt, headers) => {
          try {
            await takeCode({ db, keyring }, { ...attempt, ip: headers?.get(ADDRESS_HEADER) ?? null });
          } catch (error) {
            const { reason = null } = error instanceof DomainError ? error : {};
            const { userId } = attempt;
            if (reason === "code_wrong") void tell("sign_in.code_wrong", { userId }, headers);
            if (reason === "too_many_requests") void tell("sign_in.codes_closed", { userId }, headers);
            throw error;
          }
        },
      }),
    ],
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
        [SECOND_STEP]: { window: 1, max: 30 },
        "/change-password": { window: 1, max: 5 },
      },
    },
    advanced: {
      cookiePrefix,
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax", path: "/" },
      database: { generateId: false },
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER], ipv6Subnet: 64 },
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    /** Else it prints what failed to the console, parameters and all. */
    onAPIError: { throw: true },
  });
}

function cookiesUnder(publicUrl: string) {
  const secure = publicUrl.startsWith("https:");
  return { secure, cookiePrefix: secure ? "__Host-waystation" : "waystation" };
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

/** Reads a JSON body of this shape, and nothing that a form of another site could send. */
function withJson<T>(schema: z.ZodType<T>, answer: (request: Request, body: T) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const type = request.headers.get("content-type");
    if (type && !/^application\/json\s*(;|$)/i.test(type)) return refuse(415, "JSON_ONLY", "Send JSON.");
    const body = schema.safeParse(readJson(await request.text()));
    if (!body.success)
      return refuse(400, "INVALID_INPUT", body.error.issues[0]?.message ?? "This input is not valid.");
    return answer(request, body.data);
  };
}

function readJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Only what was read and checked goes on: no redirect targets, no further fields. */
function withBody(request: Request, body: object): Request {
  const headers = new Headers(request.headers);
  headers.set("content-type", "application/json");
  /** What says neither where it comes from nor from which site is no browser: nobody rides on its cookie. */
  if (!["origin", "referer", "sec-fetch-site"].some((name) => headers.has(name)))
    headers.set("origin", new URL(request.url).origin);
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

function tooMany(seconds: number, what = "passwords"): Response {
  const message = `Too many wrong ${what}. Try again in ${Math.ceil(seconds / 60)} minutes.`;
  return refuse(429, "TOO_MANY_REQUESTS", message, { "retry-after": String(seconds) });
}
