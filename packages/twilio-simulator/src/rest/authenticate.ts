import type { Request, RequestHandler } from "express";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorAccount, SimulatorApiKey } from "../state/types.ts";
import {
  accountInactiveError,
  notFoundError,
  resourcePathOf,
  TwilioError,
  unauthenticatedError,
} from "./errors.ts";

type RestPrincipal = { account: SimulatorAccount; key: SimulatorApiKey | null };

const principals = new WeakMap<Request, RestPrincipal>();

/** HTTP Basic: AC…:Auth Token (primary or secondary) or SK…:secret. */
export function authenticateRestRequest(ctx: SimulatorContext): RequestHandler {
  return (req, _res, next) => {
    const credentials = parseBasicAuth(req);
    if (!credentials) throw unauthenticatedError("Authentication Error - No credentials provided");
    const principal = findPrincipal(ctx, credentials.username, credentials.password);
    if (principal.account.behaviour === "refused") throw accountInactiveError();
    principals.set(req, principal);
    next();
  };
}

export function parseBasicAuth(req: Request): { username: string; password: string } | null {
  const [scheme, encoded] = (req.get("authorization") ?? "").split(" ");
  if (scheme?.toLowerCase() !== "basic" || !encoded) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function findPrincipal(ctx: SimulatorContext, username: string, password: string): RestPrincipal {
  if (username.startsWith("SK")) {
    for (const account of ctx.state.accounts.values()) {
      const key = account.keys.find((candidate) => candidate.sid === username);
      if (key && key.secret === password) return { account, key };
    }
    throw unauthenticatedError();
  }
  const account = ctx.state.accounts.get(username);
  if (!account) throw unauthenticatedError("Authentication Error - invalid username");
  if (password === "" || (password !== account.authToken && password !== account.secondaryToken))
    throw unauthenticatedError();
  return { account, key: null };
}

export function principalOf(req: Request): RestPrincipal {
  const principal = principals.get(req);
  if (!principal) throw unauthenticatedError();
  return principal;
}

/** Standard keys are valid, but receive 20003 on /Accounts and /Keys. Restricted keys receive 70051. */
export function requireResourceOwner(req: Request): void {
  const { key } = principalOf(req);
  if (key?.kind === "standard") throw unauthenticatedError();
  if (key?.kind === "restricted") throw noPermission();
}

/** Restricted keys list their permissions in `allow`, for example /twilio/messaging/messages/read. */
export function requirePermission(req: Request, permission: string): void {
  const { account, key } = principalOf(req);
  if (account.behaviour === "inactive") throw accountInactiveError();
  if (key?.kind === "restricted" && !key.allow.includes(permission)) throw noPermission();
}

const noPermission = () =>
  new TwilioError(401, 70051, "Authorization error: the API key lacks the permission for this request");

/** The account in the path: the principal's account or one of its subaccounts. */
export function accountOf(
  ctx: SimulatorContext,
  req: Request,
  sid = req.params.accountSid,
): SimulatorAccount {
  const principal = principalOf(req);
  const asked = ctx.state.accounts.get(String(sid));
  if (!asked || (asked.sid !== principal.account.sid && asked.ownerSid !== principal.account.sid))
    throw notFoundError(resourcePathOf(req.originalUrl));
  return asked;
}
