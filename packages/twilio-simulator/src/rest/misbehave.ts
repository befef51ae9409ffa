import type { RequestHandler } from "express";
import type { Context } from "../state/context.ts";
import { readBasic } from "./authenticate.ts";
import { TwilioError, tooManyRequests } from "./errors.ts";

/** Accounts that answer everything wrongly, whatever the token: by the username, or by the account in the path. */
export function misbehave(ctx: Context): RequestHandler {
  return (req, res, next) => {
    const sid = readBasic(req)?.username ?? "";
    switch (ctx.state.accounts.get(sid)?.behaviour) {
      case "rate-limited":
        throw tooManyRequests();
      case "server-error":
        throw new TwilioError(500, 20500, "An internal server error has occurred");
      case "hang":
        return;
      case "html":
        res.type("html").send("<!doctype html><title>Maintenance</title><h1>We will be back shortly</h1>");
        return;
      case "broken-json":
        res.type("json").send('{"sid": "AC8888", "friendly_name": "Broken JS');
        return;
      case "reset":
        req.socket.resetAndDestroy();
        return;
      default:
        next();
    }
  };
}
