import type { Request, RequestHandler } from "express";
import type { Account } from "../state/types.ts";
import { MOST_RESOURCES, type WebhookConfig } from "../state/webhook-config.ts";
import { permit, principalOf } from "./authenticate.ts";
import { invalidParameter, notFound, pathOf, TwilioError } from "./errors.ts";
import { readQuery } from "./paging.ts";

export const WEBHOOKS = "/v1/Webhooks";

export const accountOfRequest = (req: Request): Account => principalOf(req).account;
export const configOf = (req: Request): WebhookConfig => accountOfRequest(req).webhookConfig;

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Permission, body and Idempotency-Key of every request to webhooks.twilio.com: a repeated key repeats the answer. */
export const prepareWebhookRequest: RequestHandler = (req, res, next) => {
  const isRead = req.method === "GET";
  permit(req, `/twilio/webhooks/configuration/${isRead ? "read" : "update"}`);
  if (isRead) return next();
  if (req.method !== "DELETE" && !req.is("application/json"))
    throw new TwilioError(415, 20415, "Unsupported Media Type");
  const key = req.get("idempotency-key");
  if (key === undefined) return next();
  if (!uuidV7.test(key)) throw invalidParameter("Idempotency-Key must be a UUIDv7");
  const { answered } = configOf(req);
  const request = `${req.method} ${pathOf(req.originalUrl)} ${JSON.stringify(req.body ?? null)}`;
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

export function readObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidParameter(`${name} must be an object`);
  return value as Record<string, unknown>;
}

export function readText(value: unknown, name: string, most: number): string {
  if (typeof value !== "string") throw invalidParameter(`${name} must be a string`);
  if (value.length > most) throw invalidParameter(`${name} must have at most ${most} characters`);
  return value;
}

/** `friendlyName` and `description`, as far as they are given. */
export function readNames(body: Record<string, unknown>): { friendlyName?: string; description?: string } {
  const { friendlyName, description } = body;
  return {
    ...(friendlyName != null && { friendlyName: readText(friendlyName, "friendlyName", 255) }),
    ...(description != null && { description: readText(description, "description", 1024) }),
  };
}

export function readWhole(value: unknown, name: string, least: number, most: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw invalidParameter(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}

export function requireRoom(resources: readonly unknown[], name: string): void {
  if (resources.length >= MOST_RESOURCES)
    throw invalidParameter(`An account has at most ${MOST_RESOURCES} ${name}`);
}

export function findResource<Resource extends { id: string }>(
  req: Request,
  resources: readonly Resource[],
): Resource {
  const found = resources.find(({ id }) => id === req.params.id);
  if (!found) throw notFound(pathOf(req.originalUrl));
  return found;
}

export const inUse = (what: string) => new TwilioError(409, 20409, `${what} is still in use`);

/** A page of this host's lists: by tokens, and with camelCase `meta`. */
export function listPage<Resource extends { id: string }>(
  req: Request,
  key: string,
  all: readonly Resource[],
  show: (resource: Resource) => unknown,
): Record<string, unknown> {
  const size = Number(readQuery(req, "pageSize") ?? MOST_RESOURCES);
  if (!Number.isInteger(size) || size < 1 || size > 100)
    throw invalidParameter("pageSize must be a whole number from 1 to 100");
  const token = readQuery(req, "pageToken");
  const start = token === undefined ? 0 : all.findIndex(({ id }) => id === token);
  if (start < 0) throw invalidParameter("Invalid pageToken");
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
