import express, { type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import { makeSharedKey } from "../../state/make-shared-key.ts";
import type { SimulatorSharedKey } from "../../state/webhook-config.ts";
import { iso8601 } from "../respond.ts";
import {
  findResource,
  isKeyInUse,
  listResourcePage,
  requireFreeSlot,
  requireNames,
  requireObject,
  WEBHOOKS_BASE_PATH,
  webhookConfigOf,
} from "./webhook-resources.ts";

/** webhooks.twilio.com: keys that sign webhooks instead of the Auth Token. */
export function routeSharedKeys(ctx: SimulatorContext): Router {
  const router = express.Router();
  const collection = `${WEBHOOKS_BASE_PATH}/SharedKeys`;

  router.get(collection, (req, res) => {
    res.json(listResourcePage(req, "sharedKeys", webhookConfigOf(req).sharedKeys, showSharedKey));
  });

  router.post(collection, (req, res) => {
    const { sharedKeys } = webhookConfigOf(req);
    requireFreeSlot(sharedKeys, "shared keys");
    const key = makeSharedKey(ctx, requireNames(requireObject(req.body, "The body")).friendlyName ?? "");
    sharedKeys.push(key);
    // The only response that includes the secret.
    res.status(201).json({ ...showSharedKey(key), secret: key.secret });
  });

  router.get(`${collection}/:id`, (req, res) => {
    res.json(showSharedKey(findResource(req, webhookConfigOf(req).sharedKeys)));
  });

  router.patch(`${collection}/:id`, (req, res) => {
    const key = findResource(req, webhookConfigOf(req).sharedKeys);
    const { friendlyName } = requireNames(requireObject(req.body, "The body"));
    Object.assign(key, { friendlyName: friendlyName ?? key.friendlyName, updatedAt: ctx.clock.now() });
    res.json(showSharedKey(key));
  });

  router.delete(`${collection}/:id`, (req, res) => {
    const config = webhookConfigOf(req);
    const key = findResource(req, config.sharedKeys);
    const isUsed = config.settings.some(
      ({ signature }) => signature?.type === "SHARED_KEY" && signature.sharedKeyId === key.id,
    );
    if (isUsed) throw isKeyInUse("The shared key");
    config.sharedKeys = config.sharedKeys.filter((other) => other !== key);
    res.status(204).end();
  });

  return router;
}

function showSharedKey({
  id,
  friendlyName,
  createdAt,
  updatedAt,
}: SimulatorSharedKey): Record<string, unknown> {
  return { id, friendlyName, createdAt: iso8601(createdAt), updatedAt: iso8601(updatedAt) };
}
