import express, { type Router } from "express";
import { SIGNATURE_ALGORITHMS } from "../sign.ts";
import type { Context } from "../state/context.ts";
import type {
  AuthSetting,
  ConnectionSetting,
  RetryReason,
  SignatureSetting,
  WebhookConfig,
  WebhookSetting,
} from "../state/webhook-config.ts";
import { invalidParameter } from "./errors.ts";
import { iso8601 } from "./respond.ts";
import {
  configOf,
  findResource,
  inUse,
  listPage,
  readNames,
  readObject,
  readText,
  readWhole,
  requireRoom,
  WEBHOOKS,
} from "./webhook-resources.ts";

const retryReasons: readonly RetryReason[] = [
  "HTTP_4XX",
  "HTTP_5XX",
  "CONNECTION_TIMEOUT",
  "READ_TIMEOUT",
  "ALL",
];

/** webhooks.twilio.com: how webhooks are signed, authenticated and retried, for rules to name. */
export function routeWebhookSettings(ctx: Context): Router {
  const router = express.Router();
  const collection = `${WEBHOOKS}/Settings`;

  router.get(collection, (req, res) => {
    res.json(listPage(req, "settings", configOf(req).settings, showSetting));
  });

  router.post(collection, (req, res) => {
    const config = configOf(req);
    requireRoom(config.settings, "settings");
    const body = readObject(req.body, "The body");
    const { friendlyName = "", description = null } = readNames(body);
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
    res.json(showSetting(findResource(req, configOf(req).settings)));
  });

  router.patch(`${collection}/:id`, (req, res) => {
    const setting = findResource(req, configOf(req).settings);
    const body = readObject(req.body, "The body");
    const fixed = Object.keys(body).find((name) => !["friendlyName", "description"].includes(name));
    if (fixed) throw invalidParameter(`${fixed} cannot be changed: create another setting`);
    Object.assign(setting, readNames(body), { updatedAt: ctx.clock.now() });
    res.json(showSetting(setting));
  });

  router.delete(`${collection}/:id`, (req, res) => {
    const config = configOf(req);
    const setting = findResource(req, config.settings);
    const isUsed = [...config.rules, ...config.rulesInForce].some(({ settings }) =>
      settings.some(({ settingId }) => settingId === setting.id),
    );
    if (isUsed) throw inUse("The setting");
    config.settings = config.settings.filter((other) => other !== setting);
    res.status(204).end();
  });

  return router;
}

/** The two kinds that need nothing else: the simulator has no AuthProfiles, Digest or OAuth. */
function readAuth(value: unknown): AuthSetting {
  const { source, value: credentials } = readObject(value, "auth");
  if (source !== "INLINE") throw invalidParameter("auth.source must be INLINE in the simulator");
  const { scheme, username, password } = readObject(credentials, "auth.value");
  if (scheme === "NONE") return { source, value: { scheme } };
  if (scheme !== "BASIC") throw invalidParameter("auth.value.scheme must be NONE or BASIC in the simulator");
  return {
    source,
    value: {
      scheme,
      username: readText(username, "auth.value.username", 255),
      password: readText(password, "auth.value.password", 255),
    },
  };
}

function readSignature(config: WebhookConfig, value: unknown): SignatureSetting {
  const { type, sharedKeyId, algorithm } = readObject(value, "signature");
  if (type === "NONE") return { type };
  if (type !== "SHARED_KEY") throw invalidParameter("signature.type must be SHARED_KEY or NONE");
  const key = config.sharedKeys.find(({ id }) => id === sharedKeyId);
  if (!key) throw invalidParameter("signature.sharedKeyId names no shared key of this account");
  const known = SIGNATURE_ALGORITHMS.find((name) => name === algorithm);
  if (!known) throw invalidParameter("signature.algorithm must be HMAC_SHA1 or HMAC_SHA256");
  return { type, sharedKeyId: key.id, algorithm: known };
}

function readConnection(value: unknown): ConnectionSetting {
  const { connectTimeoutMs, readTimeoutMs, totalTimeoutMs, retryPolicy } = readObject(value, "connection");
  const { retryCount = 0, retryOn = [] } = retryPolicy == null ? {} : readObject(retryPolicy, "retryPolicy");
  if (!Array.isArray(retryOn) || retryOn.some((reason) => !retryReasons.includes(reason)))
    throw invalidParameter(`retryPolicy.retryOn must be a list of ${retryReasons.join(", ")}`);
  return {
    connectTimeoutMs: readWhole(connectTimeoutMs, "connectTimeoutMs", 100, 15_000),
    readTimeoutMs: readWhole(readTimeoutMs, "readTimeoutMs", 100, 15_000),
    totalTimeoutMs:
      totalTimeoutMs == null ? 15_000 : readWhole(totalTimeoutMs, "totalTimeoutMs", 100, 60_000),
    retryPolicy: { retryCount: readWhole(retryCount, "retryPolicy.retryCount", 0, 5), retryOn },
  };
}

function showSetting(setting: WebhookSetting): Record<string, unknown> {
  const { value } = setting.auth;
  return {
    ...setting,
    type: "CUSTOMER",
    // Passwords are never shown.
    auth: {
      source: "INLINE",
      value: value.scheme === "BASIC" ? { scheme: value.scheme, username: value.username } : value,
    },
    edgeZones: null,
    createdAt: iso8601(setting.createdAt),
    updatedAt: iso8601(setting.updatedAt),
  };
}
