import type { AuthenticatedViewer } from "@waystation/api/trpc";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import * as people from "@waystation/db/schema/identity";
import { lacksSecondFactor } from "@waystation/identity/access";
import { authenticateApiKey } from "@waystation/identity/api-keys/authenticate-key";
import { fromNodeHeaders } from "better-auth/node";
import { asc, eq, sql } from "drizzle-orm";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { bearerKeyOf, rejectRequest } from "../http/csrf-guard.ts";
import type { Auth } from "./auth.ts";
import { SESSION_IDLE_SECONDS, SESSION_SECONDS } from "./better-auth.ts";

/** How stale a session's idle clock may be before a request moves it on. */
const IDLE_STEP_MS = 5 * 60_000;

/** Who asks. The role is read anew each time: what was taken away is gone with the next request. */
export async function viewerOf(
  auth: Auth,
  db: Database,
  headers: Headers,
): Promise<AuthenticatedViewer | null> {
  const key = bearerKeyOf(headers.get("authorization"));
  if (key !== null) return authenticateApiKey(db, key);
  const signedIn = await auth.session(headers);
  if (!signedIn) return null;
  const { user, session } = signedIn;
  if (Date.now() - session.updatedAt.getTime() > IDLE_STEP_MS) await keepAlive(db, session.id);
  const mine = await db
    .select({
      organizationId: people.members.organizationId,
      role: people.members.role,
      lacksSecondFactor: sql<boolean>`${lacksSecondFactor}`,
    })
    .from(people.members)
    .innerJoin(people.organizations, eq(people.organizations.id, people.members.organizationId))
    .where(eq(people.members.userId, user.id))
    .orderBy(asc(people.members.createdAt), asc(people.members.id));
  const acting = mine.find((one) => one.organizationId === session.activeOrganizationId) ?? mine[0];
  const lacks = acting?.lacksSecondFactor ?? false;
  return {
    userId: user.id,
    sessionId: session.id,
    name: user.name,
    email: user.email,
    // Who has not set up the second step that is asked for acts for nobody yet: whoever forgets to ask finds no role.
    organizationId: lacks ? null : (acting?.organizationId ?? null),
    role: lacks ? null : (acting?.role ?? null),
    lacksSecondFactor: lacks,
  };
}

/** Leaves in `res.locals` who asks. A key that is refused is an error, which the route answers in its own shape. */
export function authenticate(auth: Auth, db: Database): RequestHandler {
  return async (req, res, next) => {
    res.locals.viewer = await viewerOf(auth, db, fromNodeHeaders(req.headers));
    next();
  };
}

/** In the shape of tRPC. */
export const respondToRejectedKey: ErrorRequestHandler = (error, _req, res, next) => {
  if (!(error instanceof DomainError)) return next(error);
  const { reason, message, detail } = error;
  if (reason !== "too_many_requests") return rejectRequest(res, 401, "UNAUTHORIZED", message, reason);
  res.set("Retry-After", String(detail.retryAfter));
  rejectRequest(res, 429, "TOO_MANY_REQUESTS", message, reason);
};

async function keepAlive(db: Database, sessionId: string): Promise<void> {
  const { sessions } = people;
  await db
    .update(sessions)
    .set({
      updatedAt: sql`now()`,
      expiresAt: sql`least(now() + make_interval(secs => ${SESSION_IDLE_SECONDS}), ${sessions.createdAt} + make_interval(secs => ${SESSION_SECONDS}))`,
    })
    .where(eq(sessions.id, sessionId));
}
