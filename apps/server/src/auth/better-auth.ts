import type { Keyring } from "@waystation/core/credentials";
import { DomainError } from "@waystation/core/errors";
import type { Database } from "@waystation/db/client";
import * as people from "@waystation/db/schema/identity";
import type { SignInAction } from "@waystation/identity/audit/record-sign-in";
import { changePassword, isCurrentPassword } from "@waystation/identity/password/change-password";
import {
  hashPassword,
  PASSWORD_MAX,
  PASSWORD_MIN,
  verifyPassword,
} from "@waystation/identity/password/password-hash";
import { verifySecondFactorCode } from "@waystation/identity/second-factor/verify-code";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { betterAuth } from "better-auth/minimal";
import { and, asc, eq, lt, sql } from "drizzle-orm";
import { PASSWORD_CHANGE, passwordChange } from "./password-change.ts";
import { type CheckPassword, PASSWORD_SIGN_IN, passwordSignIn } from "./password-sign-in.ts";
import { SECOND_STEP, secondStep } from "./second-step.ts";

/** The client's address, as Express knows it: what a browser sends under this name is thrown away. */
export const CLIENT_ADDRESS_HEADER = "x-waystation-client-ip";
export const AUTH_BASE_PATH = "/api/auth";
export const SESSION_SECONDS = 7 * 24 * 60 * 60;
export const SESSION_IDLE_SECONDS = 12 * 60 * 60;

export interface BetterAuthOptions {
  db: Database;
  keyring: Keyring;
  publicUrl: string;
  secret: string;
}

/** Writes down who signs in, or fails to: whose account it was, or all that it may have been. */
export type RecordSignIn = (
  action: SignInAction,
  userIds: string[],
  headers: Headers | undefined,
  detail?: Record<string, unknown>,
) => Promise<void>;

/** better-auth as this product sets it: sessions, cookies, and which password and code are right. */
export function createBetterAuth(
  { db, keyring, publicUrl, secret }: BetterAuthOptions,
  tell: RecordSignIn,
  checkPassword: CheckPassword,
) {
  const { secure, cookiePrefix } = cookieSettingsFor(publicUrl);
  return betterAuth({
    appName: "Waystation",
    baseURL: publicUrl,
    basePath: AUTH_BASE_PATH,
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
      passwordSignIn({
        checkPassword,
        isCurrentPassword: (userId, hash) => isCurrentPassword(db, userId, hash),
      }),
      passwordChange({
        changePassword: (change) => changePassword(db, { ...change, secret }),
        isCurrentPassword: (userId, hash) => isCurrentPassword(db, userId, hash),
      }),
      secondStep({
        db,
        takeCode: async (attempt, headers) => {
          try {
            await verifySecondFactorCode(
              { db, keyring },
              { ...attempt, ip: headers?.get(CLIENT_ADDRESS_HEADER) ?? null },
            );
          } catch (error) {
            const { reason = null } = error instanceof DomainError ? error : {};
            const { userId } = attempt;
            if (reason === "code_wrong") void tell("sign_in.code_wrong", [userId], headers);
            if (reason === "too_many_requests") void tell("sign_in.codes_closed", [userId], headers);
            throw error;
          }
        },
      }),
    ],
    session: {
      /** The cookie's life, and the longest a session can last; how long it may idle is `expiresAt`'s matter, below. */
      expiresIn: SESSION_SECONDS,
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
                expiresAt: new Date(Date.now() + SESSION_IDLE_SECONDS * 1000),
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
        [PASSWORD_SIGN_IN]: { window: 1, max: 30 },
        [SECOND_STEP]: { window: 1, max: 30 },
        [PASSWORD_CHANGE]: { window: 1, max: 5 },
      },
    },
    advanced: {
      cookiePrefix,
      useSecureCookies: false,
      defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax", path: "/" },
      database: { generateId: false },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER], ipv6Subnet: 64 },
      disableOriginCheck: false,
      disableCSRFCheck: false,
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
    /** Else it prints what failed to the console, parameters and all. */
    onAPIError: { throw: true },
  });
}

export function cookieSettingsFor(publicUrl: string) {
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
