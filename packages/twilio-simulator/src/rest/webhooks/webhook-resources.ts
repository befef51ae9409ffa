import type { Request, RequestHandler } from "express";
import type { SimulatorAccount } from "../../state/types.ts";
import { MAX_RESOURCES, type WebhookConfig } from "../../state/webhook-config.ts";
import { principalOf, requirePermission } from "../authenticate.ts";
import { invalidParameterError, notFoundError, resourcePathOf, TwilioError } from "../errors.ts";
import { parsePageQuery } from "../paging.ts";

export const WEBHOOKS_BASE_PATH = "/v1/Webhooks";

export const accountOfRequest = (req: Request): SimulatorAccount => principalOf(req).account;
export const webhookConfigOf = (req: Request): WebhookConfig => accountOfRequest(req).webhookConfig;

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/**
 * Checks the permission, body and Idempotency-Key of every request to webhooks.twilio.com. A repeated key repeats the response.
 */
export const prepareWebhookRequest: RequestHandler = (req, res, next) => {
  const isRead = req.method === "GET";
  requirePermission(req, `/twilio/webhooks/configuration/${isRead ? "read" : "update"}`);
  if (isRead) return next();
  if (req.method !== "DELETE" && !req.is("application/json"))
    throw new TwilioError(415, 20415, "Unsupported Media Type");
  const key = req.get("idempotency-key");
  if (key === undefined) return next();
  if (!uuidV7.test(key)) throw invalidParameterError("Idempotency-Key must be a UUIDv7");
  const { answered } = webhookConfigOf(req);
  const request = `${req.method} ${resourcePathOf(req.originalUrl)} ${JSON.stringify(req.body ?? null)}`;
  const earlier = answered.get(key);
  if (earlier && earlier.request !== request)
    throw new TwilioError(409, 20409, "This Idempotency-Key was used for another request");
  if (earlier) {
    if (earlier.body === undefined) res.status(earlier.status).end();
    else res.status(earlier.status).json(earlier.body);
    return;
  }
  const json = res.json.bind(res);
  res.json = (body) => {
    if (res.statusCode < 300) answered.set(key, { request, status: res.statusCode, body });
    return json(body);
  };
  next();
};

export function requireObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidParameterError(`${name} must be an object`);
  return value as Record<string, unknown>;
}

export function requireText(value: unknown, name: string, most: number): string {
  if (typeof value !== "string") throw invalidParameterError(`${name} must be a string`);
  if (value.length > most) throw invalidParameterError(`${name} must have at most ${most} characters`);
  return value;
}

/** Validates `friendlyName` and `description`. Both are optional. */
export function requireNames(body: Record<string, unknown>): { friendlyName?: string; description?: string } {
  const { friendlyName, description } = body;
  return {
    ...(friendlyName != null && { friendlyName: requireText(friendlyName, "friendlyName", 255) }),
    ...(description != null && { description: requireText(description, "description", 1024) }),
  };
}

export function requireWholeNumber(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw invalidParameterError(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}

export function requireFreeSlot(resources: readonly unknown[], name: string): void {
  if (resources.length >= MAX_RESOURCES)
    throw invalidParameterError(`An account has at most ${MAX_RESOURCES} ${name}`);
}

export function findResource<Resource extends { id: string }>(
  req: Request,
  resources: readonly Resource[],
): Resource {
  const found = resources.find(({ id }) => id === req.params.id);
  if (!found) throw notFoundError(resourcePathOf(req.originalUrl));
  return found;
}

export const isKeyInUse = (what: string) => new TwilioError(409, 20409, `${what} is still in use`);

/** A page of a list at webhooks.twilio.com: paged by token, with camelCase `meta`. */
export function listResourcePage<Resource extends { id: string }>(
  req: Request,
  key: string,
  all: readonly Resource[],
  show: (resource: Resource) => unknown,
): Record<string, unknown> {
  const size = Number(parsePageQuery(req, "pageSize") ?? MAX_RESOURCES);
  if (!Number.isInteger(size) || size < 1 || size > 100)
    throw invalidParameterError("pageSize must be a whole number from 1 to 100");
  const token = parsePageQuery(req, "pageToken");
  const start = token === undefined ? 0 : all.findIndex(({ id }) => id === token);
  if (start < 0) throw invalidParameterError("Invalid pageToken");
  return {
    meta: {
      key,
      pageSize: size,
      nextToken: all[start + size]?.id ?? null,
      previousToken: start > 0 ? (all[Math.max(start - size, 0)]?.id ?? null) : null,
    },
    [key]: all.slice(start, start + size).map(show),
  };
}
