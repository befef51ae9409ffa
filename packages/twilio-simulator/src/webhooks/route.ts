import { findSender, findServiceOf, type SimulatorContext } from "../state/context.ts";
import type {
  SimulatorAccount,
  SimulatorDelivery,
  SimulatorMessage,
  SimulatorSender,
} from "../state/types.ts";

export type WebhookRoute = {
  url: string;
  method: SimulatorDelivery["method"];
  fallback: { url: string; method: SimulatorDelivery["method"] } | null;
};

/**
 * Route of an incoming message: the sender's own webhook, unless the sender's Messaging Service handles incoming messages. A
 * service without `inbound_request_url` handles them without calling a webhook.
 */
export function routeIncoming(account: SimulatorAccount, sender: SimulatorSender): WebhookRoute | null {
  const service = findServiceOf(account, sender.sid);
  if (service && !service.useInboundWebhookOnNumber) {
    if (!service.inboundRequestUrl) return null;
    const fallback = service.fallbackUrl
      ? { url: service.fallbackUrl, method: service.fallbackMethod }
      : null;
    return { url: service.inboundRequestUrl, method: service.inboundMethod, fallback };
  }
  const { callback_url, callback_method, fallback_url, fallback_method } = sender.webhook;
  if (!callback_url) return null;
  return {
    url: callback_url,
    method: callback_method,
    fallback: fallback_url ? { url: fallback_url, method: fallback_method } : null,
  };
}

/** Route of a status callback: the StatusCallback of the create call, else that of the service, else that of the sender. */
export function routeStatus(ctx: SimulatorContext, message: SimulatorMessage): WebhookRoute | null {
  const account = ctx.state.accounts.get(message.accountSid);
  if (!account) return null;
  if (message.statusCallback) return { url: message.statusCallback, method: "POST", fallback: null };
  const service = account.services.find((candidate) => candidate.sid === message.serviceSid);
  if (service?.statusCallback) return { url: service.statusCallback, method: "POST", fallback: null };
  const sender = message.from ? findSender(account, message.from) : undefined;
  if (!sender?.webhook.status_callback_url) return null;
  return {
    url: sender.webhook.status_callback_url,
    method: sender.webhook.status_callback_method,
    fallback: null,
  };
}
