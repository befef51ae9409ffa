import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, formCsrfMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";
import { tooManyAttemptsBody } from "./auth-body.ts";

/** Not in reach from outside: `auth.ts` sends here what comes to `/sign-in/email`. */
export const PASSWORD_SIGN_IN = "/sign-in/password";

/** The account whose password this is and the hash it was compared with, null for none; or after how many seconds another attempt is allowed. */
export type CheckPassword = (
  attempt: { email: string; password: string },
  headers: Headers,
) => Promise<{ userId: string; hash: string } | { userId: null } | { retryAfter: number }>;

interface PasswordSignInOptions {
  checkPassword: CheckPassword;
  isCurrentPassword: (userId: string, hash: string) => Promise<boolean>;
}

/**
 * Signs in by e-mail address and password. better-auth's own endpoint takes the one account with the address; here several may
 * claim it, and the password says which (docs/decisions/0020).
 */
export function passwordSignIn({ checkPassword, isCurrentPassword }: PasswordSignInOptions) {
  return {
    id: "password-sign-in",
    endpoints: {
      signInPassword: createAuthEndpoint(
        PASSWORD_SIGN_IN,
        {
          method: "POST",
          use: [formCsrfMiddleware],
          body: z.object({ email: z.string(), password: z.string() }),
        },
        async (ctx) => {
          const { internalAdapter } = ctx.context;
          const checked = await checkPassword(ctx.body, ctx.headers ?? new Headers());
          if ("retryAfter" in checked)
            throw new APIError("TOO_MANY_REQUESTS", tooManyAttemptsBody(checked.retryAfter), {
              "retry-after": String(checked.retryAfter),
            });
          const user = checked.userId === null ? null : await internalAdapter.findUserById(checked.userId);
          if (checked.userId === null || !user) throw invalidCredentials();
          const session = await internalAdapter.createSession(user.id, false);
          // Replaced while it was compared: whoever replaced it has ended the sessions that existed then.
          if (!(await isCurrentPassword(user.id, checked.hash))) {
            await internalAdapter.deleteSession(session.token);
            throw invalidCredentials();
          }
          await setSessionCookie(ctx, { session, user });
          const { id, name, email } = user;
          return ctx.json({ redirect: false, token: session.token, user: { id, name, email } });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}

const invalidCredentials = () =>
  new APIError("UNAUTHORIZED", {
    code: "INVALID_EMAIL_OR_PASSWORD",
    message: "Invalid email or password",
  });
