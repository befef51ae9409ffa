import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { WebhookInput } from "../packages/twilio-simulator/src/control/set-webhook.ts";
import type { Simulator } from "../packages/twilio-simulator/src/simulator.ts";

/**
 * Twilio remembers a sender's webhook for ever, the simulator until it ends. Kept in `file`, a desk that is started again
 * still receives what its simulated customers write.
 */
export function rememberWebhooks(simulator: Simulator, file: string): void {
  for (const webhook of read(file)) restore(simulator, webhook);
  simulator.subscribe(({ type }) => {
    if (type === "sender" || type === "service") write(file, webhooksOf(simulator));
  });
}

function webhooksOf(simulator: Simulator): WebhookInput[] {
  return simulator.listAccounts().flatMap(({ sid: accountSid, senders, services }) => [
    ...senders.map(({ address, webhook }) => ({
      accountSid,
      sender: address,
      url: webhook.callback_url,
      method: webhook.callback_method === "PUT" ? ("PUT" as const) : ("POST" as const),
      statusUrl: webhook.status_callback_url,
      fallbackUrl: webhook.fallback_url,
    })),
    ...services.map(({ sid, inboundRequestUrl, statusCallback, useInboundWebhookOnNumber }) => ({
      accountSid,
      service: sid,
      url: inboundRequestUrl,
      statusUrl: statusCallback,
      useSenderWebhook: useInboundWebhookOnNumber,
    })),
  ]);
}

function restore(simulator: Simulator, webhook: WebhookInput): void {
  try {
    simulator.setWebhook(webhook);
  } catch (error) {
    // An account that was made while it ran is gone with it.
    if (!(error instanceof RangeError)) throw error;
  }
}

function read(file: string): WebhookInput[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as WebhookInput[];
  } catch {
    return [];
  }
}

function write(file: string, webhooks: WebhookInput[]): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.fresh`, JSON.stringify(webhooks));
  renameSync(`${file}.fresh`, file);
}
