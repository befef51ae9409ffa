import express, { type Router } from "express";
import type { Context } from "../state/context.ts";
import { promoteToken } from "../state/promote-token.ts";
import { permit, principalOf, requireOwner } from "./authenticate.ts";
import { notFound, pathOf } from "./errors.ts";
import { baseOf } from "./paging.ts";
import { iso8601 } from "./respond.ts";

/** accounts.twilio.com: the second token, and making it the first. */
export function routeAuthTokens(ctx: Context): Router {
  const router = express.Router();

  router.use("/v1/AuthTokens", (req, _res, next) => {
    requireOwner(req);
    permit(req, "/twilio/accounts/auth-tokens/update");
    next();
  });

  router.post("/v1/AuthTokens/Secondary", (req, res) => {
    const { account } = principalOf(req);
    account.secondaryToken = ctx.random.hex();
    account.secondaryTokenCreated = ctx.clock.now();
    res.status(201).json({
      account_sid: account.sid,
      date_created: iso8601(account.secondaryTokenCreated),
      date_updated: iso8601(account.secondaryTokenCreated),
      secondary_auth_token: account.secondaryToken,
      url: `${baseOf(req)}/v1/AuthTokens/Secondary`,
    });
  });

  router.delete("/v1/AuthTokens/Secondary", (req, res) => {
    const { account } = principalOf(req);
    if (!account.secondaryToken) throw notFound(pathOf(req.originalUrl));
    account.secondaryToken = null;
    res.status(204).end();
  });

  router.post("/v1/AuthTokens/Promote", (req, res) => {
    const { account } = principalOf(req);
    if (!promoteToken(ctx, account)) throw notFound(pathOf(req.originalUrl));
    res.json({
      account_sid: account.sid,
      auth_token: account.authToken,
      date_created: iso8601(account.secondaryTokenCreated),
      date_updated: iso8601(ctx.clock.now()),
      url: `${baseOf(req)}/v1/AuthTokens/Promote`,
    });
  });

  return router;
}
