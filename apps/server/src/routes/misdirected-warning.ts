import { plainWebhookUrl } from "@waystation/whatsapp/connections/webhook-url";

const INTERVAL_MS = 60_000;
const MAX_PATH = 200;

/** Warns of a genuine webhook that was sent to the wrong place, at most once a minute. */
export function createMisdirectedWarning(
  log: { warn(fields: object, message: string): void },
  publicUrl: string,
  now: () => number = () => performance.now(),
): (target: string) => void {
  let warnedAt = Number.NEGATIVE_INFINITY;
  return (target) => {
    if (now() - warnedAt < INTERVAL_MS) return;
    warnedAt = now();
    log.warn(
      { target: target.slice(0, MAX_PATH) },
      `Twilio sent a webhook to the wrong place, and it was not stored. Set the webhook at Twilio to POST ${plainWebhookUrl(publicUrl)}. The connection's page shows which sender it is.`,
    );
  };
}
