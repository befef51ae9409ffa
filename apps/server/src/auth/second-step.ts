import { createHash } from "node:crypto";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import { accounts, secondFactors } from "@waystation/db/schema/identity";
import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, createAuthMiddleware } from "better-auth/api";
import { deleteSessionCookie, expireCookie, setSessionCookie } from "better-auth/cookies";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { PASSWORD_SIGN_IN } from "./password-sign-in.ts";

export const SECOND_STEP = "/second-step";

const MINUTES_10 = 10 * 60;

export const secondStepBody = z.object({
  code: z.string("Enter the code.").trim().min(1, "Enter the code.").max(100, "This is not a code."),
});

interface SecondStepOptions {
  db: Database;
  /** Uses up the code, or throws a refusal. */
  takeCode: (attempt: { userId: string; code: string }, headers: Headers | undefined) => Promise<void>;
}

/**
 * Between the right password and the code there is no session, only a signed cookie that says whose password it was. It is
 * good for ten minutes, and for as long as that password is the right one.
 *
 * Not better-auth's own plugin: its backup codes can be read by who holds AUTH_SECRET, a code can be used twice, and turning
 * it off takes no code. See docs/decisions/0015-second-step.md.
 */
export function secondStep({ db, takeCode }: SecondStepOptions) {
  return {
    id: "second-step",
    hooks: {
      after: [
        {
          matcher: ({ path }) => path === PASSWORD_SIGN_IN,
          handler: createAuthMiddleware(async (ctx) => {
            const { newSession, internalAdapter } = ctx.context;
            if (!newSession) return;
            // After the session was made: a second step that is turned on meanwhile is waited for, or ends that session.
            const password = await passwordBeforeCode(db, newSession.user.id);
            if (!password) return;
            deleteSessionCookie(ctx, true);
            await internalAdapter.deleteSession(newSession.session.token);
            ctx.context.setNewSession(null);
            const cookie = ctx.context.createAuthCookie("second_step", { maxAge: MINUTES_10 });
            const until = Date.now() + MINUTES_10 * 1000;
            const value = [newSession.user.id, until, password].join("|");
            await ctx.setSignedCookie(cookie.name, value, ctx.context.secret, cookie.attributes);
            return ctx.json({ secondStep: true });
          }),
        },
      ],
    },
    endpoints: {
      secondStep: createAuthEndpoint(SECOND_STEP, { method: "POST", body: secondStepBody }, async (ctx) => {
        const { internalAdapter } = ctx.context;
        const cookie = ctx.context.createAuthCookie("second_step");
        const held = await ctx.getSignedCookie(cookie.name, ctx.context.secret);
        const [userId = "", until = "0", password] = (held || "").split("|");
        const isOpen = Number(until) > Date.now() && (await passwordBeforeCode(db, userId)) === password;
        const user = isOpen ? await internalAdapter.findUserById(userId) : null;
        if (!user) throw stepOver();
        await takeCode({ userId, code: ctx.body.code }, ctx.headers).catch(refuse);
        const session = await internalAdapter.createSession(userId, false);
        if ((await passwordBeforeCode(db, userId)) !== password) {
          await internalAdapter.deleteSession(session.token);
          throw stepOver();
        }
        await setSessionCookie(ctx, { session, user });
        expireCookie(ctx, cookie);
        return ctx.json({ user: { id: user.id } });
      }),
    },
  } satisfies BetterAuthPlugin;
}

const stepOver = () =>
  new APIError("UNAUTHORIZED", {
    code: "SECOND_STEP_OVER",
    message: "That took too long. Enter your password again.",
  });

/**
 * Which password this person has, without telling it, if a code comes after it; null where the password is all. Transactions
 * that change either are waited for.
 */
async function passwordBeforeCode(db: Database, userId: string): Promise<string | null> {
  if (!z.uuid().safeParse(userId).success) return null;
  const [found] = await db
    .select({ password: accounts.password, confirmedAt: secondFactors.confirmedAt })
    .from(secondFactors)
    .innerJoin(
      accounts,
      and(eq(accounts.userId, secondFactors.userId), eq(accounts.providerId, "credential")),
    )
    // One that is being confirmed is not found by a condition, and would not be waited for.
    .where(eq(secondFactors.userId, userId))
    .for("share");
  return found?.confirmedAt
    ? createHash("sha256").update(`second step|${found.password}`).digest("base64url")
    : null;
}

function refuse(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const { reason, message } = error;
  throw new APIError(reason === "too_many_requests" ? "TOO_MANY_REQUESTS" : "BAD_REQUEST", {
    code: reason.toUpperCase(),
    message,
  });
}
