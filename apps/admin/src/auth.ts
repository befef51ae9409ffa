/** better-auth speaks plain JSON; five calls need no client of 15 kB. */
export class AuthError extends Error {
  override name = "AuthProblem";
  field: "email" | "password" | "currentPassword" | "newPassword" | "code" | null;
  constructor(message: string, field: AuthError["field"] = null) {
    super(message);
    this.field = field;
  }
}

const sentences: Record<string, [string, AuthError["field"]]> = {
  INVALID_EMAIL_OR_PASSWORD: ["Email and password do not match. Check both, then try again.", "password"],
  INVALID_PASSWORD: ["This is not your present password.", "currentPassword"],
  INVALID_EMAIL: ["Enter an email address like name@example.com.", "email"],
  PASSWORD_TOO_SHORT: ["The password is too short. Take at least 12 characters.", "newPassword"],
  PASSWORD_TOO_LONG: ["The password is too long. Take at most 128 characters.", "newPassword"],
  SESSION_EXPIRED: ["You were signed out. Sign in again.", null],
};

async function call<T>(path: string, body?: Record<string, unknown>): Promise<T> {
  const answer = await fetch(`/api/auth/${path}`, {
    method: body ? "POST" : "GET",
    headers: body ? { "content-type": "application/json" } : {},
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => {
    throw new AuthError("Waystation cannot be reached. Check your network, then try again.");
  });
  const text = await answer.text();
  const json = text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : null;
  if (answer.ok) return json as T;
  const [message, field] = sentences[json?.code as string] ?? [];
  if (message) throw new AuthError(message, field);
  if (json?.code === "CODE_WRONG") throw new AuthError(json.message, "code");
  if (json?.code === "SECOND_STEP_OVER") throw new AuthError(json.message);
  if (json?.code === "PASSWORD_WEAK") throw new AuthError(json.message, "newPassword");
  if (answer.status === 429)
    throw new AuthError(json?.message ?? "Too many attempts. Wait a minute, then try again.");
  if (answer.status === 401) throw new AuthError("You were signed out. Sign in again.");
  if (answer.status >= 500) throw new AuthError("Something went wrong on our side. Try again in a moment.");
  throw new AuthError(json?.message ?? "This was refused. Reload the page and try again.");
}

export interface AuthSession {
  id: string;
  token: string;
  createdAt: string;
  updatedAt: string;
  expiresAt: string;
  ipAddress?: string | null;
  userAgent?: string | null;
}

/** Whether a code has to follow, for who has two-step sign-in. */
export const signIn = async (input: { email: string; password: string }) =>
  (await call<{ secondStep?: true }>("sign-in/email", input)).secondStep ?? false;
export const submitSecondFactorCode = (code: string) => call<unknown>("second-step", { code });
export const signOut = () => call<{ success: boolean }>("sign-out", {});
export const changePassword = (input: { currentPassword: string; newPassword: string }) =>
  call<unknown>("change-password", { ...input, revokeOtherSessions: true });
export const listSessions = () => call<AuthSession[]>("list-sessions");
export const currentSession = () => call<{ session: AuthSession } | null>("get-session");
export const revokeSession = (token: string) => call<unknown>("revoke-session", { token });
export const revokeOtherSessions = () => call<unknown>("revoke-other-sessions", {});
