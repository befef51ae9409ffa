import express, { type Router } from "express";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorAccount } from "../state/types.ts";
import { accountOf, principalOf, requirePermission, requireResourceOwner } from "./authenticate.ts";
import { invalidParameterError } from "./errors.ts";
import { parsePageQuery, slicePage, toApi2010List } from "./paging.ts";
import { respond2010, rfc2822 } from "./respond.ts";

const subresources = [
  "addresses",
  "available_phone_numbers",
  "calls",
  "conferences",
  "incoming_phone_numbers",
  "keys",
  "messages",
  "notifications",
  "outgoing_caller_ids",
  "recordings",
  "signing_keys",
  "transcriptions",
];

export function routeAccounts(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.get("/2010-04-01/Accounts", (req, res) => {
    requireResourceOwner(req);
    const { account } = principalOf(req);
    const status = parsePageQuery(req, "Status");
    const name = parsePageQuery(req, "FriendlyName");
    const own = [...ctx.state.accounts.values()].filter(
      (candidate) =>
        (candidate.sid === account.sid || candidate.ownerSid === account.sid) &&
        (!status || candidate.status === status) &&
        (!name || candidate.friendlyName === name),
    );
    const page = slicePage(req, own, ({ sid }) => sid, { size: 50, most: 1000 });
    respond2010(res, "Accounts", toApi2010List(page, "accounts", page.items.map(showAccount)));
  });

  router.get("/2010-04-01/Accounts/:accountSid", (req, res) => {
    requireResourceOwner(req);
    respond2010(res, "Account", showAccount(accountOf(ctx, req)));
  });

  router.post("/2010-04-01/Accounts/:accountSid", (req, res) => {
    requireResourceOwner(req);
    const account = accountOf(ctx, req);
    const { FriendlyName: name, Status: status } = (req.body ?? {}) as Record<string, string | undefined>;
    if (status !== undefined && status !== "active" && status !== "suspended" && status !== "closed")
      throw invalidParameterError("Invalid Status");
    if (name !== undefined) account.friendlyName = name;
    if (status !== undefined) account.status = status;
    account.dateUpdated = ctx.clock.now();
    respond2010(res, "Account", showAccount(account));
  });

  router.get("/2010-04-01/Accounts/:accountSid/Balance", (req, res) => {
    requirePermission(req, "/twilio/billing/balance/read");
    respond2010(res, "Balance", { account_sid: accountOf(ctx, req).sid, balance: "42.17", currency: "USD" });
  });

  return router;
}

/** The response includes the primary Auth Token, as at Twilio. */
function showAccount(account: SimulatorAccount): Record<string, unknown> {
  const path = `/2010-04-01/Accounts/${account.sid}`;
  const fileName = (name: string) =>
    name.replace(/(^|_)([a-z])/g, (_, _underscore, letter: string) => letter.toUpperCase());
  return {
    auth_token: account.authToken,
    date_created: rfc2822(account.dateCreated),
    date_updated: rfc2822(account.dateUpdated),
    friendly_name: account.friendlyName,
    owner_account_sid: account.ownerSid,
    sid: account.sid,
    status: account.status,
    subresource_uris: Object.fromEntries(
      subresources.map((name) => [name, `${path}/${fileName(name)}.json`]),
    ),
    type: account.type,
    uri: `${path}.json`,
  };
}
