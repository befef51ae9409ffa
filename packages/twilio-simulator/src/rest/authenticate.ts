import type { Request, RequestHandler } from "express";
import type { Context } from "../state/context.ts";
import type { Account, ApiKey } from "../state/types.ts";
import { inactive, notFound, pathOf, TwilioError, unauthenticated } from "./errors.ts";

export type Principal = { account: Account; key: ApiKey | null };

const principals = new WeakMap<Request, Principal>();

/** HTTP Basic: AC…:Auth Token (primary or secondary) or SK…:secret. */
export function authenticate(ctx: Context): RequestHandler {
  return (req, _res, next) => {
    const credentials = readBasic(req);
    if (!credentials) throw unauthenticated("Authentication Error - No credentials provided");
    const principal = findPrincipal(ctx, credentials.username, credentials.password);
    if (principal.account.behaviour === "refused") throw inactive();
    principals.set(req, principal);
    next();
  };
}

export function readBasic(req: Request): { username: string; password: string } | null {
  const [scheme, encoded] = (req.get("authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "basic" || !encoded) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function findPrincipal(ctx: Context, username: string, password: string): Principal {
  if (username.startsWith("SK")) {
    for (const account of ctx.state.accounts.values()) {
      const key = account.keys.find((candidate) => candidate.sid === username);
      if (key && key.secret === password) return { account, key };
    }
    throw unauthenticated();
  }
  const account = ctx.state.accounts.get(username);
  if (!account) throw unauthenticated("Authentication Error - invalid username");
  if (password === "" || (password !== account.authToken && password !== account.secondaryToken))
    throw unauthenticated();
  return { account, key: null };
}

export function principalOf(req: Request): Principal {
  const principal = principals.get(req);
  if (!principal) throw unauthenticated();
  return principal;
}

/** Standard keys are valid and yet answer 20003 on /Accounts and /Keys; restricted ones need the permission. */
export function requireOwner(req: Request): void {
  const { key } = principalOf(req);
  if (key?.kind === "standard") throw unauthenticated();
  if (key?.kind === "restricted") throw noPermission();
}

/** `allow` of a restricted key names permissions like /twilio/messaging/messages/read. */
export function permit(req: Request, permission: string): void {
  const { account, key } = principalOf(req);
  if (account.behaviour === "inactive") throw inactive();
  if (key?.kind === "restricted" && !key.allow.includes(permission)) throw noPermission();
}

const noPermission = () =>
  new TwilioError(401, 70051, "Authorization error: the API key lacks the permission for this request");

/** The account in the path: one's own, or a subaccount of one's own. */
export function accountOf(ctx: Context, req: Request, sid = req.params.accountSid): Account {
  const principal = principalOf(req);
  const asked = ctx.state.accounts.get(String(sid));
  if (!asked || (asked.sid !== principal.account.sid && asked.ownerSid !== principal.account.sid))
    throw notFound(pathOf(req.originalUrl));
  return asked;
}
