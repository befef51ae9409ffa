import express, { type Router } from "express";
import type { Context } from "../state/context.ts";
import { makeSharedKey } from "../state/make-shared-key.ts";
import type { SharedKey } from "../state/webhook-config.ts";
import { iso8601 } from "./respond.ts";
import {
  configOf,
  findResource,
  inUse,
  listPage,
  readNames,
  readObject,
  requireRoom,
  WEBHOOKS,
} from "./webhook-resources.ts";

/** webhooks.twilio.com: the keys that sign webhooks instead of the Auth Token. */
export function routeSharedKeys(ctx: Context): Router {
  const router = express.Router();
  const collection = `${WEBHOOKS}/SharedKeys`;

  router.get(collection, (req, res) => {
    res.json(listPage(req, "sharedKeys", configOf(req).sharedKeys, showSharedKey));
  });

  router.post(collection, (req, res) => {
    const { sharedKeys } = configOf(req);
    requireRoom(sharedKeys, "shared keys");
    const key = makeSharedKey(ctx, readNames(readObject(req.body, "The body")).friendlyName ?? "");
    sharedKeys.push(key);
    // The only answer that ever shows the secret.
    res.status(201).json({ ...showSharedKey(key), secret: key.secret });
  });

  router.get(`${collection}/:id`, (req, res) => {
    res.json(showSharedKey(findResource(req, configOf(req).sharedKeys)));
  });

  router.patch(`${collection}/:id`, (req, res) => {
    const key = findResource(req, configOf(req).sharedKeys);
    const { friendlyName } = readNames(readObject(req.body, "The body"));
    Object.assign(key, { friendlyName: friendlyName ?? key.friendlyName, updatedAt: ctx.clock.now() });
    res.json(showSharedKey(key));
  });

  router.delete(`${collection}/:id`, (req, res) => {
    const config = configOf(req);
    const key = findResource(req, config.sharedKeys);
    const isUsed = config.settings.some(
      ({ signature }) => signature?.type === "SHARED_KEY" && signature.sharedKeyId === key.id,
    );
    if (isUsed) throw inUse("The shared key");
    config.sharedKeys = config.sharedKeys.filter((other) => other !== key);
    res.status(204).end();
  });

  return router;
}

function showSharedKey({ id, friendlyName, createdAt, updatedAt }: SharedKey): Record<string, unknown> {
  return { id, friendlyName, createdAt: iso8601(createdAt), updatedAt: iso8601(updatedAt) };
}
