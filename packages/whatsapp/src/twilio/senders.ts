import type { OfflineReason, SenderWebhook } from "@waystation/db/schema/schema";
import type { TwilioClient } from "./client.ts";
import { booleanField, isObject, objectField, textField } from "./fields.ts";
import { fetchResource, listResources } from "./resources.ts";

/** Fields are null where Twilio returned no value. */
export interface TwilioSender {
  sid: string | null;
  address: string;
  status: string | null;
  displayName: string | null;
  qualityRating: string | null;
  messagingLimit: string | null;
  offlineReasons: OfflineReason[];
  webhook: SenderWebhook | null;
}

export interface TwilioMessagingService {
  sid: string;
  name: string;
  webhook: SenderWebhook;
  /** If set, Twilio uses each sender's own webhook settings instead of the service's. */
  useInboundWebhookOnNumber: boolean;
  /** Null if the sender pool could not be read. */
  senders: string[] | null;
}

/** A list, with the parts that could not be read. */
export interface TwilioListing<Item> {
  items: Item[];
  /** The number of items without the field that identifies them. */
  unnamed: number;
  /** The error that ended the list early, if any. */
  failure: unknown;
}

const SENDERS = "https://messaging.twilio.com/v2/Channels/Senders";
const SERVICES = "https://messaging.twilio.com/v1/Services";

const webhookFields = objectField({
  callback_url: textField,
  callback_method: textField,
  fallback_url: textField,
  fallback_method: textField,
  status_callback_url: textField,
  status_callback_method: textField,
});
const senderFields = objectField({
  sid: textField,
  sender_id: textField,
  status: textField,
  profile: objectField({ name: textField }),
  properties: objectField({ quality_rating: textField, messaging_limit: textField }),
});
const offlineReasonFields = objectField({ code: textField, message: textField, more_info: textField });

const serviceFields = objectField({
  sid: textField,
  friendly_name: textField,
  inbound_request_url: textField,
  inbound_method: textField,
  fallback_url: textField,
  fallback_method: textField,
  status_callback: textField,
  use_inbound_webhook_on_number: booleanField,
});
const poolFields = objectField({ sender: textField });

export async function listSenders(client: TwilioClient): Promise<TwilioListing<TwilioSender>> {
  const { items, failure } = await listResources(client, SENDERS, "senders", { Channel: "whatsapp" });
  const senders = items.map(readSender).filter((sender) => sender !== null);
  // Senders of other channels have an address but are not used here.
  const unnamed = items.filter((item) => senderFields.parse(item).sender_id === null).length;
  return { items: senders, unnamed, failure };
}

/** The webhook settings of one sender; null if the response does not contain them. */
export async function fetchSenderWebhook(client: TwilioClient, sid: string): Promise<SenderWebhook | null> {
  return readWebhook(await fetchResource(client, `${SENDERS}/${encodeURIComponent(sid)}`));
}

export async function listServices(
  client: TwilioClient,
): Promise<TwilioListing<TwilioMessagingService> & { poolFailures: { name: string; error: unknown }[] }> {
  const { items, failure } = await listResources(client, SERVICES, "services");
  const found = items.map(readService).filter((service) => service !== null);
  const poolFailures: { name: string; error: unknown }[] = [];
  const services = await Promise.all(
    found.map(async (service) => {
      const { senders, error } = await listPool(client, service.sid);
      if (error) poolFailures.push({ name: service.name, error });
      return { ...service, senders };
    }),
  );
  return { items: services, unnamed: items.length - found.length, failure, poolFailures };
}

/** One Messaging Service. `senders` is null if its sender pool cannot be read. */
export async function fetchService(client: TwilioClient, sid: string): Promise<TwilioMessagingService> {
  const resource = await fetchResource(client, `${SERVICES}/${encodeURIComponent(sid)}`);
  const service = readService({ ...resource, sid });
  if (!service) throw new Error("A service with a SID was not read");
  return { ...service, senders: (await listPool(client, sid)).senders };
}

async function listPool(
  client: TwilioClient,
  sid: string,
): Promise<{ senders: string[] | null; error: unknown }> {
  try {
    const { items, failure } = await listResources(client, `${SERVICES}/${sid}/ChannelSenders`, "senders");
    const senders = items
      .map((item) => addressOf(poolFields.parse(item).sender))
      .filter((one) => one !== null);
    return { senders, error: failure };
  } catch (error) {
    return { senders: null, error };
  }
}

function readService(resource: unknown): TwilioMessagingService | null {
  const service = serviceFields.parse(resource);
  if (service.sid === null) return null;
  return {
    sid: service.sid,
    name: service.friendly_name ?? service.sid,
    webhook: {
      callbackUrl: service.inbound_request_url,
      callbackMethod: service.inbound_method,
      fallbackUrl: service.fallback_url,
      fallbackMethod: service.fallback_method,
      statusCallbackUrl: service.status_callback,
      statusCallbackMethod: null,
    },
    useInboundWebhookOnNumber: service.use_inbound_webhook_on_number ?? false,
    senders: null,
  };
}

function readSender(resource: Record<string, unknown>): TwilioSender | null {
  const sender = senderFields.parse(resource);
  const address = addressOf(sender.sender_id);
  if (address === null) return null;
  const reasons = Array.isArray(resource.offline_reasons) ? resource.offline_reasons : [];
  return {
    sid: sender.sid,
    address,
    status: sender.status?.toUpperCase() ?? null,
    displayName: sender.profile.name,
    qualityRating: sender.properties.quality_rating,
    messagingLimit: sender.properties.messaging_limit,
    offlineReasons: reasons.flatMap(readOfflineReason),
    webhook: readWebhook(resource),
  };
}

function readOfflineReason(value: unknown): OfflineReason[] {
  const { code, message, more_info } = offlineReasonFields.parse(value);
  if (code === null && message === null) return [];
  return [{ code: code ?? "", message: message ?? "", moreInfo: more_info }];
}

/** `null` means a sender without settings. A response without the field says nothing about them. */
function readWebhook(resource: Record<string, unknown>): SenderWebhook | null {
  if (resource.webhook !== null && !isObject(resource.webhook)) return null;
  const webhook = webhookFields.parse(resource.webhook);
  return {
    callbackUrl: webhook.callback_url,
    callbackMethod: webhook.callback_method,
    fallbackUrl: webhook.fallback_url,
    fallbackMethod: webhook.fallback_method,
    statusCallbackUrl: webhook.status_callback_url,
    statusCallbackMethod: webhook.status_callback_method,
  };
}

/** Null for senders of other channels and invalid addresses. */
function addressOf(value: string | null): string | null {
  const address = value?.startsWith("+") ? `whatsapp:${value}` : value;
  return address?.startsWith("whatsapp:") ? address : null;
}
