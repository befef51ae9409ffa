import express, { type RequestHandler, type Router } from "express";
import type { SimulatorContext } from "../state/context.ts";
import { routeAccounts } from "./accounts.ts";
import { routeAlerts } from "./alerts.ts";
import { routeAuthTokens } from "./auth-tokens.ts";
import { authenticateRestRequest } from "./authenticate.ts";
import { respondError, respondNotFound } from "./errors.ts";
import { injectRestFault } from "./inject-fault.ts";
import { routeKeys } from "./keys.ts";
import { routeMedia } from "./messages/media.ts";
import { routeMediaFiles } from "./messages/media-files.ts";
import { routeMessages } from "./messages/messages.ts";
import { routeTyping } from "./messages/typing.ts";
import { routeContentApprovals } from "./resources/content-approvals.ts";
import { routeContents } from "./resources/contents.ts";
import { routePhoneNumbers } from "./resources/phone-numbers.ts";
import { routeSenders } from "./resources/senders.ts";
import { routeServices } from "./resources/services.ts";
import { routeSharedKeys } from "./webhooks/shared-keys.ts";
import { prepareWebhookRequest, WEBHOOKS_BASE_PATH } from "./webhooks/webhook-resources.ts";
import { routeWebhookRules } from "./webhooks/webhook-rules.ts";
import { routeWebhookSettings } from "./webhooks/webhook-settings.ts";

/** Serves all hosts of Twilio's REST API from one base URL. Their paths do not collide. */
export function routeRest(ctx: SimulatorContext): Router {
  const router = express.Router({ caseSensitive: true });
  router.use(nameRequest(ctx));
  router.use(routeMediaFiles(ctx));
  router.use(readFormat, slowDown(ctx), injectRestFault(ctx), authenticateRestRequest(ctx));
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
  router.use(WEBHOOKS_BASE_PATH, prepareWebhookRequest);
  router.use(routeSharedKeys(ctx), routeWebhookSettings(ctx), routeWebhookRules(ctx));
  router.use(respondNotFound, respondError);
  return router;
}

/** `.json` selects the format and is not part of the resource's name. */
const readFormat: RequestHandler = (req, res, next) => {
  if (req.path.startsWith("/2010-04-01/")) {
    res.locals.format = req.path.endsWith(".json") ? "json" : "xml";
    req.url = req.url.replace(/\.json(?=\?|$)/, "");
  }
  next();
};

function nameRequest(ctx: SimulatorContext): RequestHandler {
  return (_req, res, next) => {
    res.set("Twilio-Request-Id", `RQ${ctx.random.hex()}`);
    next();
  };
}

function slowDown(ctx: SimulatorContext): RequestHandler {
  return (_req, _res, next) => {
    if (ctx.chaos.slowRest > 0) setTimeout(next, ctx.chaos.slowRest).unref();
    else next();
  };
}
