import express, { type Request, type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import { finishCreation } from "../../state/create-sender.ts";
import { makeSender } from "../../state/seed.ts";
import type { SimulatorSender } from "../../state/types.ts";
import { principalOf, requirePermission } from "../authenticate.ts";
import { invalidParameterError, notFoundError, resourcePathOf, TwilioError } from "../errors.ts";
import { baseUrlOf, parsePageQuery, slicePage, toV1List } from "../paging.ts";
import { readNewSender, readSenderUpdate } from "./read-sender-update.ts";

const collection = "/v2/Channels/Senders";
const MOST_SENDERS = 1_000;

export function routeSenders(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.get(collection, (req, res) => {
    requirePermission(req, "/twilio/messaging/senders/read");
    const channel = parsePageQuery(req, "Channel");
    if (!channel) throw invalidParameterError("Missing required parameter Channel in the query");
    const senders = channel === "whatsapp" ? principalOf(req).account.senders : [];
    const page = slicePage(req, senders, ({ sid }) => sid, { size: 20, most: 1000 });
    res.json(
      toV1List(
        req,
        page,
        "senders",
        page.items.map((sender) => showSender(req, sender)),
      ),
    );
  });

  router.get(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/senders/read");
    res.json(showSender(req, findSender(req)));
  });

  router.post(collection, (req, res) => {
    requirePermission(req, "/twilio/messaging/senders/create");
    const { account } = principalOf(req);
    if (!req.is("application/json")) throw new TwilioError(415, 20415, "Unsupported Media Type");
    const { webhook, profile } = readSenderUpdate(req.body, {
      fragments: account.behaviour !== "fragment-refused",
    });
    const { address, wabaId } = readNewSender(req.body as Record<string, unknown>);
    if (
      [...ctx.state.accounts.values()].some(({ senders }) => senders.some((each) => each.address === address))
    )
      throw invalidParameterError(`${address} is registered already`);
    if (account.senders.length >= MOST_SENDERS)
      throw invalidParameterError("This account has too many senders");
    const sender = makeSender(
      ctx.random.sid("XE"),
      address,
      profile?.name ?? account.friendlyName,
      "CREATING",
    );
    if (profile?.about) sender.about = profile.about;
    if (wabaId) sender.wabaId = wabaId;
    Object.assign(sender.webhook, webhook);
    account.senders.push(sender);
    finishCreation(ctx, sender);
    ctx.feed.publish("sender", sender);
    res.status(202).json(showSender(req, sender));
  });

  router.post(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/senders/update");
    const sender = findSender(req);
    const { behaviour } = principalOf(req).account;
    if (behaviour === "sender-update-refused") throw new TwilioError(403, 20403, "Forbidden");
    if (!req.is("application/json")) throw new TwilioError(415, 20415, "Unsupported Media Type");
    const update = readSenderUpdate(req.body, { fragments: behaviour !== "fragment-refused" });

    if (sender.status === "ONLINE") sender.status = "ONLINE:UPDATING";
    ctx.clock.after(ctx.pace.senderUpdate, () => {
      Object.assign(sender.webhook, update.webhook);
      if (update.profile?.name) sender.displayName = update.profile.name;
      if (update.profile?.about) sender.about = update.profile.about;
      if (sender.status === "ONLINE:UPDATING") sender.status = "ONLINE";
      ctx.feed.publish("sender", sender);
    });
    ctx.feed.publish("sender", sender);
    // The response repeats the request. Fetching the sender shows the change once it is applied.
    res.status(202).json(showSender(req, { ...sender, webhook: { ...sender.webhook, ...update.webhook } }));
  });

  router.delete(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/senders/delete");
    const { account } = principalOf(req);
    const sender = findSender(req);
    account.senders = account.senders.filter((other) => other !== sender);
    ctx.feed.publish("account", { sid: account.sid });
    res.status(204).end();
  });

  return router;
}

function findSender(req: Request): SimulatorSender {
  const sender = principalOf(req).account.senders.find(({ sid }) => sid === req.params.sid);
  if (!sender) throw notFoundError(resourcePathOf(req.originalUrl));
  return sender;
}

function showSender(req: Request, sender: SimulatorSender): Record<string, unknown> {
  return {
    sid: sender.sid,
    status: sender.status,
    sender_id: sender.address,
    configuration: {
      waba_id: sender.wabaId,
      verification_method: null,
      verification_code: null,
      voice_application_sid: null,
      account_type: null,
    },
    webhook: { ...sender.webhook },
    profile: {
      name: sender.displayName,
      about: sender.about,
      address: null,
      description: null,
      emails: null,
      logo_url: null,
      vertical: "Other",
      websites: null,
      banner_url: null,
      privacy_url: null,
      terms_of_service_url: null,
      accent_color: null,
      phone_numbers: null,
    },
    compliance: null,
    properties: sender.qualityRating
      ? { quality_rating: sender.qualityRating, messaging_limit: sender.messagingLimit }
      : null,
    offline_reasons: sender.offlineReasons,
    url: `${baseUrlOf(req)}${collection}/${sender.sid}`,
  };
}
