import express, { type Request, type Router } from "express";
import { applyRules } from "../../state/change-rules.ts";
import type { SimulatorContext } from "../../state/context.ts";
import type { WebhookConfig, WebhookOperation, WebhookRule } from "../../state/webhook-config.ts";
import { invalidParameterError } from "../errors.ts";
import { baseUrlOf, parsePageQuery } from "../paging.ts";
import { iso8601 } from "../respond.ts";
import {
  accountOfRequest,
  findResource,
  listResourcePage,
  requireFreeSlot,
  requireNames,
  requireObject,
  requireText,
  requireWholeNumber,
  WEBHOOKS_BASE_PATH,
  webhookConfigOf,
} from "./webhook-resources.ts";

/**
 * webhooks.twilio.com: rules that assign settings to webhook URLs. Every change is an operation that completes after a delay.
 */
export function routeWebhookRules(ctx: SimulatorContext): Router {
  const router = express.Router();
  const collection = `${WEBHOOKS_BASE_PATH}/Rules`;
  const change = (req: Request, id: string) => applyRules(ctx, accountOfRequest(req), id);

  router.get(collection, (req, res) => {
    const settingId = parsePageQuery(req, "settingId");
    const rules = webhookConfigOf(req).rules.filter(
      (rule) => !settingId || rule.settings.some((setting) => setting.settingId === settingId),
    );
    res.json(listResourcePage(req, "rules", rules, showRule));
  });

  router.post(collection, (req, res) => {
    const config = webhookConfigOf(req);
    requireFreeSlot(config.rules, "rules");
    const body = requireObject(req.body, "The body");
    const { friendlyName = "", description = null } = requireNames(body);
    const now = ctx.clock.now();
    const rule: WebhookRule = {
      id: ctx.random.typeId("webhooks_rule"),
      friendlyName,
      description,
      match: readMatch(config, body, null),
      settings: readSettings(config, body.settings),
      createdAt: now,
      updatedAt: now,
    };
    config.rules.push(rule);
    const operation = change(req, rule.id);
    res
      .status(202)
      .location(statusUrl(req, operation))
      .json({ operation: showOperation(req, operation), rule: showRule(rule) });
  });

  router.get(`${collection}/:id`, (req, res) => {
    res.json(showRule(findResource(req, webhookConfigOf(req).rules)));
  });

  router.patch(`${collection}/:id`, (req, res) => {
    const config = webhookConfigOf(req);
    const rule = findResource(req, config.rules);
    const body = requireObject(req.body, "The body");
    const update = {
      ...requireNames(body),
      ...(body.matchType !== undefined && { match: readMatch(config, body, rule) }),
      ...(body.settings !== undefined && { settings: readSettings(config, body.settings) }),
    };
    Object.assign(rule, update, { updatedAt: ctx.clock.now() });
    const operation = change(req, rule.id);
    res
      .status(202)
      .location(statusUrl(req, operation))
      .json({ operation: showOperation(req, operation), rule: showRule(rule) });
  });

  router.delete(`${collection}/:id`, (req, res) => {
    const config = webhookConfigOf(req);
    const rule = findResource(req, config.rules);
    config.rules = config.rules.filter((other) => other !== rule);
    const operation = change(req, rule.id);
    res
      .status(202)
      .location(statusUrl(req, operation))
      .json({ operation: showOperation(req, operation) });
  });

  router.get(`${WEBHOOKS_BASE_PATH}/Operations`, (req, res) => {
    const [status, resourceId] = [parsePageQuery(req, "status"), parsePageQuery(req, "resourceId")];
    const operations = webhookConfigOf(req).operations.filter(
      (operation) =>
        (!status || operation.status === status) && (!resourceId || operation.resourceId === resourceId),
    );
    res.json(listResourcePage(req, "operations", operations, (operation) => showOperation(req, operation)));
  });

  router.get(`${WEBHOOKS_BASE_PATH}/Operations/:id`, (req, res) => {
    res.json(showOperation(req, findResource(req, webhookConfigOf(req).operations)));
  });

  return router;
}

function readMatch(
  config: WebhookConfig,
  body: Record<string, unknown>,
  own: WebhookRule | null,
): WebhookRule["match"] {
  const match = readPattern(body);
  const pattern = JSON.stringify(match);
  if (config.rules.some((rule) => rule !== own && JSON.stringify(rule.match) === pattern))
    throw invalidParameterError("There is a rule that matches the same URLs already");
  return match;
}

function readPattern({ matchType, value, prefix }: Record<string, unknown>): WebhookRule["match"] {
  if (matchType === "DEFAULT") return { matchType };
  if (matchType === "EXACT_MATCH") {
    const url = readUrl(value, "value");
    if (url.endsWith("/")) throw invalidParameterError("value must not end with /");
    return { matchType, value: url };
  }
  if (matchType !== "PREFIX_MATCH")
    throw invalidParameterError("matchType must be EXACT_MATCH, PREFIX_MATCH or DEFAULT");
  const url = readUrl(prefix, "prefix");
  if (!url.endsWith("/")) throw invalidParameterError("prefix must end with /");
  return { matchType, prefix: url };
}

function readUrl(value: unknown, name: string): string {
  const url = requireText(value, name, 1_000);
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) throw invalidParameterError(`${name} must be a URL`);
  return url;
}

function readSettings(config: WebhookConfig, value: unknown): WebhookRule["settings"] {
  if (!Array.isArray(value) || value.length < 1 || value.length > 2)
    throw invalidParameterError("settings must be a list of one or two settings");
  const settings = value.map((entry) => {
    const { settingId, percentage } = requireObject(entry, "settings");
    if (!config.settings.some(({ id }) => id === settingId))
      throw invalidParameterError("settingId names no setting of this account");
    return { settingId: String(settingId), percentage: requireWholeNumber(percentage, "percentage", 0, 100) };
  });
  if (settings.reduce((sum, { percentage }) => sum + percentage, 0) !== 100)
    throw invalidParameterError("The percentages must sum to 100");
  return settings;
}

function showRule({ match, ...rule }: WebhookRule): Record<string, unknown> {
  return { ...rule, ...match, createdAt: iso8601(rule.createdAt), updatedAt: iso8601(rule.updatedAt) };
}

const statusUrl = (req: Request, { id }: WebhookOperation) =>
  `${baseUrlOf(req)}${WEBHOOKS_BASE_PATH}/Operations/${id}`;

function showOperation(req: Request, operation: WebhookOperation): Record<string, unknown> {
  const { createdAt, completedAt, ...rest } = operation;
  return {
    ...rest,
    statusUrl: statusUrl(req, operation),
    createdAt: iso8601(createdAt),
    ...(completedAt !== null && { completedAt: iso8601(completedAt) }),
    retentionPeriod: "P7D",
  };
}
