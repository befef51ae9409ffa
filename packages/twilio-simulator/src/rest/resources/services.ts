import express, { type Request, type Router } from "express";
import type { SimulatorContext } from "../../state/context.ts";
import { makeService } from "../../state/seed.ts";
import type { SimulatorAccount, SimulatorService } from "../../state/types.ts";
import { principalOf, requirePermission } from "../authenticate.ts";
import { invalidParameterError, notFoundError, resourcePathOf } from "../errors.ts";
import { baseUrlOf, slicePage, toV1List } from "../paging.ts";
import { iso8601 } from "../respond.ts";

const collection = "/v1/Services";
const MOST_SERVICES = 1_000;
const LONGEST_VALIDITY = 36_000;

export function routeServices(ctx: SimulatorContext): Router {
  const router = express.Router();

  router.get(collection, (req, res) => {
    requirePermission(req, "/twilio/messaging/services/read");
    const { account } = principalOf(req);
    const page = slicePage(req, account.services, ({ sid }) => sid, { size: 20, most: 1000 });
    res.json(
      toV1List(
        req,
        page,
        "services",
        page.items.map((service) => showService(req, account, service)),
      ),
    );
  });

  router.post(collection, (req, res) => {
    requirePermission(req, "/twilio/messaging/services/create");
    const { account } = principalOf(req);
    const form = (req.body ?? {}) as Record<string, string | undefined>;
    if (!form.FriendlyName)
      throw invalidParameterError("Missing required parameter FriendlyName in the post body");
    if (account.services.length >= MOST_SERVICES)
      throw invalidParameterError("This account has too many services");
    const service = makeService(ctx.random.sid("MG"), form.FriendlyName, []);
    updateService(service, form);
    service.dateCreated = ctx.clock.now();
    service.dateUpdated = service.dateCreated;
    account.services.push(service);
    ctx.feed.publish("service", service);
    res.status(201).json(showService(req, account, service));
  });

  router.get(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/services/read");
    res.json(showService(req, principalOf(req).account, findService(req)));
  });

  router.post(`${collection}/:sid`, (req, res) => {
    requirePermission(req, "/twilio/messaging/services/update");
    const service = findService(req);
    updateService(service, (req.body ?? {}) as Record<string, string | undefined>);
    service.dateUpdated = ctx.clock.now();
    ctx.feed.publish("service", service);
    res.json(showService(req, principalOf(req).account, service));
  });

  router.get(`${collection}/:sid/PhoneNumbers`, (req, res) => {
    requirePermission(req, "/twilio/messaging/services/read");
    findService(req);
    res.json(
      toV1List(
        req,
        slicePage(req, [], () => "", { size: 20, most: 1000 }),
        "phone_numbers",
        [],
      ),
    );
  });

  router.get(`${collection}/:sid/ChannelSenders`, (req, res) => {
    requirePermission(req, "/twilio/messaging/services/read");
    const { account } = principalOf(req);
    const service = findService(req);
    const senders = account.senders.filter(({ sid }) => service.senderSids.includes(sid));
    const page = slicePage(req, senders, ({ sid }) => sid, { size: 20, most: 1000 });
    const items = page.items.map((sender) => ({
      account_sid: account.sid,
      messaging_service_sid: service.sid,
      sid: sender.sid,
      sender: sender.address,
      sender_type: "WhatsApp",
      country_code: "US",
      date_created: iso8601(service.dateCreated),
      date_updated: iso8601(service.dateUpdated),
      url: `${baseUrlOf(req)}${collection}/${service.sid}/ChannelSenders/${sender.sid}`,
    }));
    res.json(toV1List(req, page, "senders", items));
  });

  return router;
}

function findService(req: Request): SimulatorService {
  const service = principalOf(req).account.services.find(({ sid }) => sid === req.params.sid);
  if (!service) throw notFoundError(resourcePathOf(req.originalUrl));
  return service;
}

function updateService(service: SimulatorService, form: Record<string, string | undefined>): void {
  const url = (value: string) => (value === "" ? null : value);
  const method = (value: string) => (value.toUpperCase() === "GET" ? "GET" : "POST");
  if (form.FriendlyName !== undefined) service.friendlyName = form.FriendlyName;
  if (form.InboundRequestUrl !== undefined) service.inboundRequestUrl = url(form.InboundRequestUrl);
  if (form.InboundMethod !== undefined) service.inboundMethod = method(form.InboundMethod);
  if (form.FallbackUrl !== undefined) service.fallbackUrl = url(form.FallbackUrl);
  if (form.FallbackMethod !== undefined) service.fallbackMethod = method(form.FallbackMethod);
  if (form.StatusCallback !== undefined) service.statusCallback = url(form.StatusCallback);
  if (form.UseInboundWebhookOnNumber !== undefined)
    service.useInboundWebhookOnNumber = form.UseInboundWebhookOnNumber === "true";
  if (form.StickySender !== undefined) service.stickySender = form.StickySender === "true";
  if (form.ValidityPeriod !== undefined) {
    const seconds = Number(form.ValidityPeriod);
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LONGEST_VALIDITY)
      throw invalidParameterError("Invalid ValidityPeriod");
    service.validityPeriod = seconds;
  }
  if (form.Usecase !== undefined) service.usecase = form.Usecase;
  if (form.SmartEncoding !== undefined) service.smartEncoding = form.SmartEncoding === "true";
}

function showService(
  req: Request,
  account: SimulatorAccount,
  service: SimulatorService,
): Record<string, unknown> {
  const url = `${baseUrlOf(req)}${collection}/${service.sid}`;
  return {
    account_sid: account.sid,
    friendly_name: service.friendlyName,
    sid: service.sid,
    date_created: iso8601(service.dateCreated),
    date_updated: iso8601(service.dateUpdated),
    sticky_sender: service.stickySender,
    mms_converter: true,
    smart_encoding: service.smartEncoding,
    fallback_to_long_code: true,
    area_code_geomatch: true,
    validity_period: service.validityPeriod,
    scan_message_content: "inherit",
    synchronous_validation: false,
    inbound_request_url: service.inboundRequestUrl,
    inbound_method: service.inboundMethod,
    fallback_url: service.fallbackUrl,
    fallback_method: service.fallbackMethod,
    status_callback: service.statusCallback,
    usecase: service.usecase,
    us_app_to_person_registered: false,
    use_inbound_webhook_on_number: service.useInboundWebhookOnNumber,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      alpha_senders: `${url}/AlphaSenders`,
      channel_senders: `${url}/ChannelSenders`,
      destination_alpha_senders: `${url}/DestinationAlphaSenders`,
      messages: `${url}/Messages`,
      us_app_to_person: `${url}/Compliance/Usa2p`,
      us_app_to_person_usecases: `${url}/Compliance/Usa2p/Usecases`,
    },
    url,
  };
}
