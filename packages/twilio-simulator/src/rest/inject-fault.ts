import type { Request, RequestHandler, Response } from "express";
import type { SimulatorContext } from "../state/context.ts";
import type { RecipientBehaviour } from "../state/types.ts";
import { replaceWithNulls, replaceWithUnknownValues } from "./alter-body.ts";
import { parseBasicAuth } from "./authenticate.ts";
import { TwilioError, tooManyRequestsError } from "./errors.ts";

const SENDERS = /^\/v2\/Channels\/Senders$/;
const SERVICES = /^\/v1\/Services$/;
const POOL = /^\/v1\/Services\/\w+\/ChannelSenders$/;
const PAGE = "<!doctype html><title>Maintenance</title><h1>We will be back shortly</h1>";

/** Accounts that fail every request, whatever the token. Selected by the username or by the account in the path. */
export function injectRestFault(ctx: SimulatorContext): RequestHandler {
  return (req, res, next) => {
    const sid = parseBasicAuth(req)?.username ?? "";
    const behaviour = ctx.state.accounts.get(sid)?.behaviour;
    switch (behaviour) {
      case "rate-limited":
        throw tooManyRequestsError();
      case "server-error":
        throw new TwilioError(500, 20500, "An internal server error has occurred");
      case "hang":
        return;
      case "html":
        res.type("html").send(PAGE);
        return;
      case "broken-json":
        res.type("json").send('{"sid": "AC8888", "friendly_name": "Broken JS');
        return;
      case "reset":
        req.socket.resetAndDestroy();
        return;
      default:
        if (!misbehaveInLists(behaviour, req, res)) next();
    }
  };
}

/** Accounts with a single fault, in lists or in single fields. Returns true if the response has been sent. */
function misbehaveInLists(behaviour: RecipientBehaviour | undefined, req: Request, res: Response): boolean {
  const json = res.json.bind(res);
  if (behaviour === "services-fail" && SERVICES.test(req.path))
    throw new TwilioError(500, 20500, "An internal server error has occurred");
  if (behaviour === "pools-limited" && POOL.test(req.path)) throw tooManyRequestsError();
  if (behaviour === "senders-forbidden" && SENDERS.test(req.path)) {
    res.status(403).type("text/plain").send("Forbidden");
    return true;
  }
  if (behaviour === "lists-unreadable" && (SENDERS.test(req.path) || SERVICES.test(req.path))) {
    res.type("html").send(PAGE);
    return true;
  }
  if (behaviour === "nulls") res.json = (body) => json(replaceWithNulls(body));
  if (behaviour === "unknown-words") res.json = (body) => json(replaceWithUnknownValues(body));
  return false;
}
