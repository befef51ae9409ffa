import type { SimulatorContext } from "../state/context.ts";
import { findSender } from "../state/context.ts";
import type { SimulatorAccount, SimulatorSender, SimulatorService } from "../state/types.ts";

export type WebhookInput = {
  accountSid: string;
  /** Address of a sender. Ignored when `service` is set. */
  sender?: string;
  /** SID of a Messaging Service. */
  service?: string;
  url?: string | null;
  method?: "POST" | "PUT" | "GET";
  statusUrl?: string | null;
  fallbackUrl?: string | null;
  /** Messaging Services only: deliver incoming messages to the sender's own webhook. */
  useSenderWebhook?: boolean;
};

/** Equivalent to pasting a URL into Twilio's console. Takes effect immediately. */
export function setControlWebhook(ctx: SimulatorContext, input: WebhookInput): SimulatorAccount {
  const account = ctx.state.accounts.get(input.accountSid);
  if (!account) throw new RangeError(`no account ${input.accountSid}`);
  if (input.service) {
    const service = account.services.find(({ sid }) => sid === input.service);
    if (!service) throw new RangeError(`no Messaging Service ${input.service} in ${account.sid}`);
    changeService(service, input);
    ctx.feed.publish("service", service);
  } else {
    const sender = findSender(account, input.sender ?? "") ?? (input.sender ? undefined : account.senders[0]);
    if (!sender) throw new RangeError(`${input.sender} is no sender of ${account.sid}`);
    changeSender(sender, input);
    ctx.feed.publish("sender", sender);
  }
  return account;
}

function changeSender({ webhook }: SimulatorSender, input: WebhookInput): void {
  if (input.url !== undefined) webhook.callback_url = input.url || null;
  if (input.method) webhook.callback_method = input.method === "PUT" ? "PUT" : "POST";
  if (input.statusUrl !== undefined) webhook.status_callback_url = input.statusUrl || null;
  if (input.fallbackUrl !== undefined) webhook.fallback_url = input.fallbackUrl || null;
}

function changeService(service: SimulatorService, input: WebhookInput): void {
  if (input.url !== undefined) service.inboundRequestUrl = input.url || null;
  if (input.method) service.inboundMethod = input.method === "GET" ? "GET" : "POST";
  if (input.statusUrl !== undefined) service.statusCallback = input.statusUrl || null;
  if (input.fallbackUrl !== undefined) service.fallbackUrl = input.fallbackUrl || null;
  if (input.useSenderWebhook !== undefined) service.useInboundWebhookOnNumber = input.useSenderWebhook;
}
