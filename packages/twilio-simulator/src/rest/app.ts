import express, { type RequestHandler, type Router } from "express";
import type { Context } from "../state/context.ts";
import { routeAccounts } from "./accounts.ts";
import { routeAlerts } from "./alerts.ts";
import { routeAuthTokens } from "./auth-tokens.ts";
import { authenticate } from "./authenticate.ts";
import { routeContentApprovals } from "./content-approvals.ts";
import { routeContents } from "./contents.ts";
import { answerError, answerNotFound } from "./errors.ts";
import { routeKeys } from "./keys.ts";
import { routeMedia } from "./media.ts";
import { routeMediaFiles } from "./media-files.ts";
import { routeMessages } from "./messages.ts";
import { misbehave } from "./misbehave.ts";
import { routePhoneNumbers } from "./phone-numbers.ts";
import { routeSenders } from "./senders.ts";
import { routeServices } from "./services.ts";
import { routeSharedKeys } from "./shared-keys.ts";
import { routeTyping } from "./typing.ts";
import { prepareWebhookRequest, WEBHOOKS } from "./webhook-resources.ts";
import { routeWebhookRules } from "./webhook-rules.ts";
import { routeWebhookSettings } from "./webhook-settings.ts";

/** Every host of Twilio's REST API on one base URL: their paths do not collide. */
export function routeRest(ctx: Context): Router {
  const router = express.Router({ caseSensitive: true });
  router.use(nameRequest(ctx));
  router.use(routeMediaFiles(ctx));
  router.use(readFormat, slowDown(ctx), misbehave(ctx), authenticate(ctx));
  router.use(express.urlencoded({ extended: false, limit: "1mb" }), express.json({ limit: "1mb" }));
  router.use(
    routeAccounts(ctx),
    routeKeys(ctx),
    routeMessages(ctx),
    routeMedia(ctx),
    routePhoneNumbers(ctx),
    routeSenders(ctx),
    routeServices(ctx),
    routeContents(ctx),
    routeContentApprovals(ctx),
    routeAuthTokens(ctx),
    routeAlerts(ctx),
    routeTyping(ctx),
  );
  router.use(WEBHOOKS, prepareWebhookRequest);
  router.use(routeSharedKeys(ctx), routeWebhookSettings(ctx), routeWebhookRules(ctx));
  router.use(answerNotFound, answerError);
  return router;
}

/** `.json` is a wish for the format, not a part of the resource's name. */
const readFormat: RequestHandler = (req, res, next) => {
  if (req.path.startsWith("/2010-04-01/")) {
    res.locals.format = req.path.endsWith(".json") ? "json" : "xml";
    req.url = req.url.replace(/\.json(?=\?|$)/, "");
  }
  next();
};

function nameRequest(ctx: Context): RequestHandler {
  return (_req, res, next) => {
    res.set("Twilio-Request-Id", `RQ${ctx.random.hex()}`);
    next();
  };
}

function slowDown(ctx: Context): RequestHandler {
  return (_req, _res, next) => {
    if (ctx.chaos.slowRest > 0) setTimeout(next, ctx.chaos.slowRest).unref();
    else next();
  };
}
