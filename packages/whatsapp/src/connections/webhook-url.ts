import type { SenderWebhook } from "@waystation/db/schema/schema";

export const WEBHOOK_PATH = "/api/webhooks/twilio-whatsapp";

/**
 * Five retries if this server is unreachable, times out or responds 5xx. By default Twilio retries once, and only a failed
 * connection. (Twilio docs, "Connection overrides": a fragment, never sent and never signed.)
 */
const OVERRIDES = "#rc=5&rp=ct,rt,5xx";

export function plainWebhookUrl(publicUrl: string): string {
  return publicUrl + WEBHOOK_PATH;
}

/** The URL that admins paste at Twilio and that this server sets. */
export function webhookUrl(publicUrl: string): string {
  return plainWebhookUrl(publicUrl) + OVERRIDES;
}

type ProposedWebhook = Pick<
  SenderWebhook,
  "callbackUrl" | "callbackMethod" | "statusCallbackUrl" | "statusCallbackMethod"
>;

export function proposedWebhook(url: string): ProposedWebhook {
  return { callbackUrl: url, callbackMethod: "POST", statusCallbackUrl: url, statusCallbackMethod: "POST" };
}

/**
 * Normalises a webhook path: doubled slashes, a trailing slash and capitals lead to the same route. Null for any other path.
 * The signature is still checked over the URL as called.
 */
export function readWebhookPath(path: string): { messageId?: string } | null {
  if (path.length > MAX_PATH) return null;
  const usual = path.replace(/\/+/g, "/").replace(/\/$/, "").toLowerCase();
  if (usual === WEBHOOK_PATH) return {};
  const messageId = usual.startsWith(`${WEBHOOK_PATH}/status/`) ? usual.slice(WEBHOOK_PATH.length + 8) : "";
  return /^[\w-]+$/.test(messageId) ? { messageId } : null;
}

const MAX_PATH = 512;

/** Whether the URL leads to this server's webhook route. Overrides after `#` are ignored. */
export function isOurWebhookUrl(publicUrl: string, url: string | null): boolean {
  if (url === null) return false;
  const called = url.split("#")[0] ?? "";
  if (called === plainWebhookUrl(publicUrl)) return true;
  if (!called.startsWith(`${publicUrl}/`)) return false;
  return readWebhookPath(called.slice(publicUrl.length).split("?")[0] ?? "") !== null;
}

/** Whether the URL leads to this server but is spelled differently from the URL shown. */
export function isMisspeltWebhookUrl(publicUrl: string, url: string | null): boolean {
  return isOurWebhookUrl(publicUrl, url) && url?.split(/[#?]/)[0] !== plainWebhookUrl(publicUrl);
}

/** Whether the public URL is unreachable from the internet. */
export function isPrivateNetworkUrl(publicUrl: string): boolean {
  const host = new URL(publicUrl).hostname.replace(/^\[|\]$/g, "");
  return (
    host === "localhost" ||
    host.endsWith(".localhost") ||
    host.endsWith(".local") ||
    host.endsWith(".internal") ||
    host === "::1" ||
    /^f[cd][0-9a-f]{2}:/i.test(host) ||
    /^(127|10|0)\./.test(host) ||
    /^192\.168\./.test(host) ||
    /^169\.254\./.test(host) ||
    /^172\.(1[6-9]|2\d|3[01])\./.test(host)
  );
}

/** Why Twilio cannot reach this server by its public URL, or null. Matters for live accounts only. */
export function publicUrlProblem(publicUrl: string): string | null {
  const url = new URL(publicUrl);
  if (isPrivateNetworkUrl(publicUrl))
    return `Twilio cannot reach ${url.host} from the internet. Set PUBLIC_URL to this server's public https address and restart; until then no webhook arrives.`;
  if (url.protocol !== "https:")
    return "PUBLIC_URL is not https: messages would travel in the clear. Put the server behind a TLS proxy and set PUBLIC_URL to its https address.";
  if (url.hostname.includes("_"))
    return "Twilio refuses host names with an underscore. Give this server another name in PUBLIC_URL.";
  return null;
}
