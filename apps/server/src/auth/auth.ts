import * as people from "@waystation/db/schema/identity";
import { recordAuditForUser } from "@waystation/identity/audit/record-for-user";
import { recordSignIn } from "@waystation/identity/audit/record-sign-in";
import { PASSWORD_MAX, passwordProblem } from "@waystation/identity/password/password-hash";
import {
  addressBlock,
  countAttempt,
  forgetAttempts,
  type RateLimit,
  uncountAttempt,
} from "@waystation/identity/rate-limit";
import { eq } from "drizzle-orm";
import { z } from "zod";
import type { Logger } from "../lifecycle/logger.ts";
import { rejectBody, replaceBody, tooManyAttemptsResponse, withJsonBody } from "./auth-body.ts";
import {
  AUTH_BASE_PATH,
  type BetterAuthOptions,
  CLIENT_ADDRESS_HEADER,
  cookieSettingsFor,
  createBetterAuth,
  type RecordSignIn,
} from "./better-auth.ts";
import { createPasswordCheck, WRONG_PASSWORDS_PER_ADDRESS_BLOCK } from "./check-password.ts";
import { createKnownDevices } from "./known-device.ts";
import { PASSWORD_CHANGE } from "./password-change.ts";
import { PASSWORD_SIGN_IN } from "./password-sign-in.ts";
import { SECOND_STEP, secondStepBody } from "./second-step.ts";

interface AuthOptions extends BetterAuthOptions {
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

interface SignedIn {
  user: { id: string; name: string; email: string };
  session: { id: string; activeOrganizationId?: string | null; updatedAt: Date };
}

/** Wrong ones only: what succeeds is taken back. */
const WRONG_FOR_SESSION: RateLimit = { limit: 10, seconds: 15 * 60 };

export function createAuth(options: AuthOptions): Auth {
  const { db, publicUrl, report, log, onSessionsEnded } = options;
  const tell: RecordSignIn = async (action, userIds, headers, detail = {}) => {
    const ip = headers?.get(CLIENT_ADDRESS_HEADER) ?? null;
    const isTheirs = action === "sign_in.succeeded" || action === "sign_in.ended";
    const [userId = null] = userIds;
    const others = userIds.length > 1 ? { userIds } : {};
    try {
      for (const each of userIds) await recordSignIn(db, { action, userId: each, ip, detail });
      log[isTheirs ? "info" : "warn"]({ event: action, userId, ...others, ip, ...detail }, "Signing in");
    } catch (error) {
      report(error);
    }
  };
  const devices = createKnownDevices({ secret: options.secret, ...cookieSettingsFor(publicUrl) });
  const checkPassword = createPasswordCheck({ db, secret: options.secret, devices, tell, log });
  const engine = createBetterAuth(options, tell, checkPassword);
  const session = (headers: Headers) => engine.api.getSession({ headers });

  const forward = (request: Request, body: object, path?: string) =>
    engine.handler(replaceBody(request, body, path && `${AUTH_BASE_PATH}${path}`));

  async function signIn(request: Request, body: z.infer<typeof signInBody>): Promise<Response> {
    const before = await session(request.headers);
    const response = await forward(request, body, PASSWORD_SIGN_IN);
    if (!response.ok) return response;
    if (before) {
      await db.delete(people.sessions).where(eq(people.sessions.id, before.session.id));
      await onSessionsEnded(before.user.id);
    }
    const { user } = signInAnswer.parse(await response.clone().json());
    // The code is still to come: that says who it was.
    if (!user) return response;
    return welcome(request, response, user.id, "password");
  }

  async function welcome(request: Request, response: Response, userId: string, by: string) {
    const device = devices.find(request.headers, [userId]);
    await tell("sign_in.succeeded", [userId], request.headers, { device: device ? "known" : "new", by });
    return device ? response : devices.remember(response, userId);
  }

  /** The account's wrong codes are counted where they are compared. */
  async function signInSecond(request: Request, body: z.infer<typeof secondStepBody>): Promise<Response> {
    const block = `second-step:block:${addressBlock(request.headers.get(CLIENT_ADDRESS_HEADER))}`;
    const attempt = await countAttempt(db, block, WRONG_PASSWORDS_PER_ADDRESS_BLOCK);
    if (!attempt.allowed) return tooManyAttemptsResponse(attempt.retryAfter, "codes");
    const response = await forward(request, body);
    if (!response.ok) return response;
    await uncountAttempt(db, block);
    const { user } = signInAnswer.parse(await response.clone().json());
    return user ? welcome(request, response, user.id, "password and code") : response;
  }

  async function changePassword(
    request: Request,
    body: z.infer<typeof changePasswordBody>,
  ): Promise<Response> {
    const signedIn = await session(request.headers);
    if (!signedIn) return forward(request, body);
    const problem = passwordProblem(body.newPassword, signedIn.user.email);
    if (problem) return rejectBody(400, "PASSWORD_WEAK", problem);
    const key = `change-password:${signedIn.user.id}`;
    const attempt = await countAttempt(db, key, WRONG_FOR_SESSION);
    if (!attempt.allowed) return tooManyAttemptsResponse(attempt.retryAfter);
    const { id: userId, name, email } = signedIn.user;
    const response = await forward(request, body, PASSWORD_CHANGE);
    if (response.ok) {
      await forgetAttempts(db, key);
      const ip = request.headers.get(CLIENT_ADDRESS_HEADER);
      await recordAuditForUser(db, { userId, name, email, ip }, "member.password_changed");
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
    if (signedIn) await tell("sign_in.ended", [signedIn.user.id], request.headers);
    return response;
  }

  /** Of other devices: that somebody else may use them is a reason to do it. */
  const endElsewhere = (devices: "one" | "all others") => async (request: Request, body: object) => {
    const signedIn = await session(request.headers);
    const response = await endSessions(request, body);
    if (!signedIn || !response.ok) return response;
    const { id: userId, name, email } = signedIn.user;
    const ip = request.headers.get(CLIENT_ADDRESS_HEADER);
    await recordAuditForUser(db, { userId, name, email, ip }, "member.signed_out", { devices });
    return response;
  };

  /** All that better-auth may do for a browser. Everything else that it could do is not there. */
  const routes = new Map<string, (request: Request) => Promise<Response>>([
    ["POST /sign-in/email", withJsonBody(signInBody, signIn)],
    [`POST ${SECOND_STEP}`, withJsonBody(secondStepBody, signInSecond)],
    ["POST /sign-out", withJsonBody(emptyBody, signOut)],
    ["GET /get-session", engine.handler],
    ["POST /change-password", withJsonBody(changePasswordBody, changePassword)],
    ["GET /list-sessions", engine.handler],
    ["POST /revoke-session", withJsonBody(revokeSessionBody, endElsewhere("one"))],
    ["POST /revoke-other-sessions", withJsonBody(emptyBody, endElsewhere("all others"))],
  ]);

  const allowedMethods = (path: string): string[] =>
    ["GET", "POST"]
      .filter((method) => routes.has(`${method} ${path}`))
      .flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));

  async function handler(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.slice(AUTH_BASE_PATH.length);
    const isHead = request.method === "HEAD";
    const route = routes.get(`${isHead ? "GET" : request.method} ${path}`);
    if (!route) return rejectMethod(request.method, allowedMethods(path));
    try {
      const response = await route(isHead ? new Request(request, { method: "GET" }) : request);
      if (response.status >= 500) report(new Error(`better-auth answered ${response.status} to ${path}.`));
      return response;
    } catch (error) {
      report(error);
      return rejectBody(500, "FAILED", "Something went wrong on our side. Try again in a moment.");
    }
  }

  return { handler, session, publicUrl };
}

function rejectMethod(method: string, allowed: string[]): Response {
  if (allowed.length === 0) return rejectBody(404, "NOT_FOUND", "There is nothing here.");
  const names = allowed.join(", ");
  const response =
    method === "OPTIONS"
      ? new Response(null, { status: 204 })
      : rejectBody(405, "METHOD_NOT_ALLOWED", `This route takes ${names}.`);
  response.headers.set("allow", names);
  return response;
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
  user: z.object({ id: z.string() }).optional(),
});

const changePasswordBody = z.object({
  currentPassword: password,
  newPassword: z.string("Enter a new password.").max(1000, "Choose a shorter password."),
  revokeOtherSessions: z.boolean().optional(),
});

const revokeSessionBody = z.object({ token: z.string().regex(/^\w{1,100}$/, "This is not a session.") });

const emptyBody = z.object({});
