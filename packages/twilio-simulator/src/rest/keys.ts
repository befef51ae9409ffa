import express, { type Request, type Router } from "express";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorAccount, SimulatorApiKey } from "../state/types.ts";
import { accountOf, requirePermission, requireResourceOwner } from "./authenticate.ts";
import { invalidParameterError, notFoundError, resourcePathOf } from "./errors.ts";
import { parsePageQuery, slicePage, toApi2010List, toV1List } from "./paging.ts";
import { respond2010, rfc2822 } from "./respond.ts";

export function routeKeys(ctx: SimulatorContext): Router {
  const router = express.Router();
  const collection = "/2010-04-01/Accounts/:accountSid/Keys";

  router.use(collection, (req, _res, next) => {
    requireResourceOwner(req);
    requirePermission(req, "/twilio/iam/api-keys/read");
    next();
  });

  router.get(collection, (req, res) => {
    const page = slicePage(req, accountOf(ctx, req).keys, ({ sid }) => sid, { size: 50, most: 1000 });
    respond2010(res, "Keys", toApi2010List(page, "keys", page.items.map(showKey)));
  });

  router.post(collection, (req, res) => {
    const key = makeKey(ctx, readBody(req).FriendlyName ?? "", "standard", []);
    accountOf(ctx, req).keys.push(key);
    // The only response that includes the secret.
    respond2010(res, "Key", { ...showKey(key), secret: key.secret }, 201);
  });

  router.get(`${collection}/:sid`, (req, res) =>
    respond2010(res, "Key", showKey(findKey(accountOf(ctx, req), req))),
  );

  router.post(`${collection}/:sid`, (req, res) => {
    const key = findKey(accountOf(ctx, req), req);
    key.friendlyName = readBody(req).FriendlyName ?? key.friendlyName;
    key.dateUpdated = ctx.clock.now();
    respond2010(res, "Key", showKey(key));
  });

  router.delete(`${collection}/:sid`, (req, res) => {
    const account = accountOf(ctx, req);
    const key = findKey(account, req);
    account.keys = account.keys.filter((other) => other !== key);
    res.status(204).end();
  });

  // iam.twilio.com: the same keys. Restricted keys can only be created here.
  router.get("/v1/Keys", (req, res) => {
    requireResourceOwner(req);
    const account = accountOf(ctx, req, parsePageQuery(req, "AccountSid") ?? "");
    const page = slicePage(req, account.keys, ({ sid }) => sid, { size: 50, most: 1000 });
    res.json(toV1List(req, page, "keys", page.items.map(showKey)));
  });

  router.post("/v1/Keys", (req, res) => {
    requireResourceOwner(req);
    const {
      AccountSid: accountSid = "",
      FriendlyName: name = "",
      KeyType: type = "standard",
      Policy: policy,
    } = readBody(req);
    const account = accountOf(ctx, req, accountSid);
    if (type !== "standard" && type !== "restricted") throw invalidParameterError("Invalid KeyType");
    const allow = type === "restricted" ? readPolicy(policy) : [];
    const key = makeKey(ctx, name, type, allow);
    account.keys.push(key);
    res
      .status(201)
      .json({ ...showKey(key), secret: key.secret, policy: type === "restricted" ? { allow } : null });
  });

  return router;
}

const readBody = (req: Request) => (req.body ?? {}) as Record<string, string | undefined>;

function readPolicy(policy: string | undefined): string[] {
  try {
    const { allow } = JSON.parse(policy ?? "{}") as { allow?: unknown };
    if (Array.isArray(allow)) return allow.map(String);
  } catch {
    // Falls through to the error below.
  }
  throw invalidParameterError("Invalid Policy");
}

function makeKey(
  ctx: SimulatorContext,
  friendlyName: string,
  kind: SimulatorApiKey["kind"],
  allow: string[],
): SimulatorApiKey {
  const now = ctx.clock.now();
  return {
    sid: ctx.random.sid("SK"),
    friendlyName,
    secret: ctx.random.hex(),
    kind,
    allow,
    dateCreated: now,
    dateUpdated: now,
  };
}

function findKey(account: SimulatorAccount, req: Request): SimulatorApiKey {
  const key = account.keys.find(({ sid }) => sid === req.params.sid);
  if (!key) throw notFoundError(resourcePathOf(req.originalUrl));
  return key;
}

function showKey(key: SimulatorApiKey): Record<string, unknown> {
  return {
    sid: key.sid,
    friendly_name: key.friendlyName,
    date_created: rfc2822(key.dateCreated),
    date_updated: rfc2822(key.dateUpdated),
  };
}
