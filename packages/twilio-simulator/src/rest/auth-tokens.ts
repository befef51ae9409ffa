import express, { type Router } from "express";
import type { SimulatorContext } from "../state/context.ts";
import { promoteToken } from "../state/promote-token.ts";
import { principalOf, requirePermission, requireResourceOwner } from "./authenticate.ts";
import { notFoundError, resourcePathOf } from "./errors.ts";
import { baseUrlOf } from "./paging.ts";
import { iso8601 } from "./respond.ts";

/** accounts.twilio.com: creates the secondary Auth Token and promotes it to primary. */
export function routeAuthTokens(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.use("/v1/AuthTokens", (req, _res, next) => {
    requireResourceOwner(req);
    requirePermission(req, "/twilio/accounts/auth-tokens/update");
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
      url: `${baseUrlOf(req)}/v1/AuthTokens/Secondary`,
    });
  });

  router.delete("/v1/AuthTokens/Secondary", (req, res) => {
    const { account } = principalOf(req);
    if (!account.secondaryToken) throw notFoundError(resourcePathOf(req.originalUrl));
    account.secondaryToken = null;
    res.status(204).end();
  });

  router.post("/v1/AuthTokens/Promote", (req, res) => {
    const { account } = principalOf(req);
    if (!promoteToken(ctx, account)) throw notFoundError(resourcePathOf(req.originalUrl));
    res.json({
      account_sid: account.sid,
      auth_token: account.authToken,
      date_created: iso8601(account.secondaryTokenCreated),
      date_updated: iso8601(ctx.clock.now()),
      url: `${baseUrlOf(req)}/v1/AuthTokens/Promote`,
    });
  });

  return router;
}
