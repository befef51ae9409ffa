import type { BetterAuthPlugin } from "better-auth";
import { APIError, createAuthEndpoint, sensitiveSessionMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { z } from "zod";

/** Not in reach from outside: `auth.ts` sends here what comes to `/change-password`. */
export const PASSWORD_CHANGE = "/password/change";

interface PasswordChangeOptions {
  /** The new hash, or null where the current password is not the one given. */
  changePassword: (change: {
    userId: string;
    email: string;
    sessionId: string;
    currentPassword: string;
    newPassword: string;
    endsSessions: boolean;
  }) => Promise<string | null>;
  isCurrentPassword: (userId: string, hash: string) => Promise<boolean>;
}

/**
 * Changes the password of a signed-in account. better-auth's own endpoint overwrites a password that was reset while it compared
 * the old one.
 */
export function passwordChange({ changePassword, isCurrentPassword }: PasswordChangeOptions) {
  return {
    id: "password-change",
    endpoints: {
      changePassword: createAuthEndpoint(
        PASSWORD_CHANGE,
        {
          method: "POST",
          use: [sensitiveSessionMiddleware],
          body: z.object({
            currentPassword: z.string(),
            newPassword: z.string(),
            revokeOtherSessions: z.boolean().optional(),
          }),
        },
        async (ctx) => {
          const { internalAdapter, session } = ctx.context;
          const { id: userId, email } = session.user;
          const { currentPassword, newPassword, revokeOtherSessions = false } = ctx.body;
          const hash = await changePassword({
            userId,
            email,
            sessionId: session.session.id,
            currentPassword,
            newPassword,
            endsSessions: revokeOtherSessions,
          });
          if (hash === null)
            throw new APIError("BAD_REQUEST", { code: "INVALID_PASSWORD", message: "Invalid password" });
          if (revokeOtherSessions) {
            const renewed = await internalAdapter.createSession(userId, false);
            if (!(await isCurrentPassword(userId, hash))) {
              await internalAdapter.deleteSession(renewed.token);
              throw new APIError("UNAUTHORIZED", {
                code: "SESSION_EXPIRED",
                message: "The password was replaced by a reset",
              });
            }
            await setSessionCookie(ctx, { session: renewed, user: session.user });
          }
          return ctx.json({ user: { id: userId } });
        },
      ),
    },
  } satisfies BetterAuthPlugin;
}
