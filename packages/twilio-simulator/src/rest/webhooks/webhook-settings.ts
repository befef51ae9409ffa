import express, { type Router } from "express";
import { SIMULATOR_SIGNATURE_ALGORITHMS } from "../../sign.ts";
import type { SimulatorContext } from "../../state/context.ts";
import type {
  AuthSetting,
  ConnectionSetting,
  RetryReason,
  SignatureSetting,
  WebhookConfig,
  WebhookSetting,
} from "../../state/webhook-config.ts";
import { invalidParameterError } from "../errors.ts";
import { iso8601 } from "../respond.ts";
import {
  findResource,
  isKeyInUse,
  listResourcePage,
  requireFreeSlot,
  requireNames,
  requireObject,
  requireText,
  requireWholeNumber,
  WEBHOOKS_BASE_PATH,
  webhookConfigOf,
} from "./webhook-resources.ts";

const retryReasons: readonly RetryReason[] = [
  "HTTP_4XX",
  "HTTP_5XX",
  "CONNECTION_TIMEOUT",
  "READ_TIMEOUT",
  "ALL",
];

/** webhooks.twilio.com: settings for signing, authenticating and retrying webhooks, which rules refer to. */
export function routeWebhookSettings(ctx: SimulatorContext): Router {
  const router = express.Router();
  const collection = `${WEBHOOKS_BASE_PATH}/Settings`;

  router.get(collection, (req, res) => {
    res.json(listResourcePage(req, "settings", webhookConfigOf(req).settings, showSetting));
  });

  router.post(collection, (req, res) => {
    const config = webhookConfigOf(req);
    requireFreeSlot(config.settings, "settings");
    const body = requireObject(req.body, "The body");
    const { friendlyName = "", description = null } = requireNames(body);
    const now = ctx.clock.now();
    const setting: WebhookSetting = {
      id: ctx.random.typeId("webhooks_setting"),
      friendlyName,
      description,
      auth: readAuth(body.auth),
      signature: body.signature == null ? null : readSignature(config, body.signature),
      connection: body.connection == null ? null : readConnection(body.connection),
      createdAt: now,
      updatedAt: now,
    };
    config.settings.push(setting);
    res.status(201).json(showSetting(setting));
  });

  router.get(`${collection}/:id`, (req, res) => {
    res.json(showSetting(findResource(req, webhookConfigOf(req).settings)));
  });

  router.patch(`${collection}/:id`, (req, res) => {
    const setting = findResource(req, webhookConfigOf(req).settings);
    const body = requireObject(req.body, "The body");
    const fixed = Object.keys(body).find((name) => !["friendlyName", "description"].includes(name));
    if (fixed) throw invalidParameterError(`${fixed} cannot be changed: create another setting`);
    Object.assign(setting, requireNames(body), { updatedAt: ctx.clock.now() });
    res.json(showSetting(setting));
  });

  router.delete(`${collection}/:id`, (req, res) => {
    const config = webhookConfigOf(req);
    const setting = findResource(req, config.settings);
    const isUsed = [...config.rules, ...config.rulesInForce].some(({ settings }) =>
      settings.some(({ settingId }) => settingId === setting.id),
    );
    if (isUsed) throw isKeyInUse("The setting");
    config.settings = config.settings.filter((other) => other !== setting);
    res.status(204).end();
  });

  return router;
}

/** Supports NONE and BASIC. The simulator has no AuthProfiles, Digest or OAuth. */
function readAuth(value: unknown): AuthSetting {
  const { source, value: credentials } = requireObject(value, "auth");
  if (source !== "INLINE") throw invalidParameterError("auth.source must be INLINE in the simulator");
  const { scheme, username, password } = requireObject(credentials, "auth.value");
  if (scheme === "NONE") return { source, value: { scheme } };
  if (scheme !== "BASIC")
    throw invalidParameterError("auth.value.scheme must be NONE or BASIC in the simulator");
  return {
    source,
    value: {
      scheme,
      username: requireText(username, "auth.value.username", 255),
      password: requireText(password, "auth.value.password", 255),
    },
  };
}

function readSignature(config: WebhookConfig, value: unknown): SignatureSetting {
  const { type, sharedKeyId, algorithm } = requireObject(value, "signature");
  if (type === "NONE") return { type };
  if (type !== "SHARED_KEY") throw invalidParameterError("signature.type must be SHARED_KEY or NONE");
  const key = config.sharedKeys.find(({ id }) => id === sharedKeyId);
  if (!key) throw invalidParameterError("signature.sharedKeyId names no shared key of this account");
  const known = SIMULATOR_SIGNATURE_ALGORITHMS.find((name) => name === algorithm);
  if (!known) throw invalidParameterError("signature.algorithm must be HMAC_SHA1 or HMAC_SHA256");
  return { type, sharedKeyId: key.id, algorithm: known };
}

function readConnection(value: unknown): ConnectionSetting {
  const { connectTimeoutMs, readTimeoutMs, totalTimeoutMs, retryPolicy } = requireObject(value, "connection");
  const { retryCount = 0, retryOn = [] } =
    retryPolicy == null ? {} : requireObject(retryPolicy, "retryPolicy");
  if (!Array.isArray(retryOn) || retryOn.some((reason) => !retryReasons.includes(reason)))
    throw invalidParameterError(`retryPolicy.retryOn must be a list of ${retryReasons.join(", ")}`);
  return {
    connectTimeoutMs: requireWholeNumber(connectTimeoutMs, "connectTimeoutMs", 100, 15_000),
    readTimeoutMs: requireWholeNumber(readTimeoutMs, "readTimeoutMs", 100, 15_000),
    totalTimeoutMs:
      totalTimeoutMs == null ? 15_000 : requireWholeNumber(totalTimeoutMs, "totalTimeoutMs", 100, 60_000),
    retryPolicy: { retryCount: requireWholeNumber(retryCount, "retryPolicy.retryCount", 0, 5), retryOn },
  };
}

function showSetting(setting: WebhookSetting): Record<string, unknown> {
  const { value } = setting.auth;
  return {
    ...setting,
    type: "CUSTOMER",
    // Passwords are omitted.
    auth: {
      source: "INLINE",
      value: value.scheme === "BASIC" ? { scheme: value.scheme, username: value.username } : value,
    },
    edgeZones: null,
    createdAt: iso8601(setting.createdAt),
    updatedAt: iso8601(setting.updatedAt),
  };
}
