import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { WebhookInput } from "../../packages/twilio-simulator/src/control/set-webhook.ts";
import type { Simulator } from "../../packages/twilio-simulator/src/simulator.ts";

interface Remembered {
  /** Public URL of the server that set the webhooks. The port can change between starts. */
  publicUrl: string | null;
  webhooks: WebhookInput[];
}

/**
 * Twilio keeps a sender's webhook forever, but the simulator only until it stops. Stores the webhooks in `file`, so that a
 * restarted server keeps receiving messages, even with a different `publicUrl`.
 */
export function persistWebhooks(simulator: Simulator, file: string, publicUrl: string): void {
  const { publicUrl: earlier, webhooks } = read(file);
  for (const webhook of webhooks) restore(simulator, moved(webhook, earlier, publicUrl));
  if (webhooks.length > 0) write(file, { publicUrl, webhooks: webhooksOf(simulator) });
  simulator.subscribe(({ type }) => {
    if (type === "sender" || type === "service") write(file, { publicUrl, webhooks: webhooksOf(simulator) });
  });
}

/** Rewrites only URLs of the previous server. */
function moved(webhook: WebhookInput, from: string | null, to: string): WebhookInput {
  const move = <Url extends string | null | undefined>(url: Url) =>
    from !== null && url?.startsWith(`${from}/`) ? to + url.slice(from.length) : url;
  return {
    ...webhook,
    url: move(webhook.url),
    statusUrl: move(webhook.statusUrl),
    fallbackUrl: move(webhook.fallbackUrl),
  };
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
    // Accounts created at run time do not survive a restart.
    if (!(error instanceof RangeError)) throw error;
  }
}

function read(file: string): Remembered {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as Remembered | WebhookInput[];
    // Earlier versions stored only the list, for a server on its default port.
    return Array.isArray(content) ? { publicUrl: "http://localhost:3000", webhooks: content } : content;
  } catch {
    return { publicUrl: null, webhooks: [] };
  }
}

function write(file: string, remembered: Remembered): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.fresh`, JSON.stringify(remembered));
  renameSync(`${file}.fresh`, file);
}
