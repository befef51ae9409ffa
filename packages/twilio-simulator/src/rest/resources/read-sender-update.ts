import type { SimulatorSenderWebhook } from "../../state/types.ts";
import { invalidParameterError } from "../errors.ts";

type SenderUpdate = {
  webhook: Partial<SimulatorSenderWebhook>;
  profile: { name?: string; about?: string } | null;
};

const urls = ["callback_url", "fallback_url", "status_callback_url"] as const;
const methods = ["callback_method", "fallback_method", "status_callback_method"] as const;

/**
 * Only the members present in the request change. Unknown members are ignored: a camelCase `callbackUrl` receives a 202 and
 * changes nothing, as at Twilio. The client notices only when it fetches the sender.
 */
export function readSenderUpdate(body: unknown, allowed: { fragments: boolean }): SenderUpdate {
  if (!isRecord(body)) throw invalidParameterError("The request body must be a JSON object");
  const webhook: Partial<SimulatorSenderWebhook> = {};
  const given = body.webhook === null || body.webhook === undefined ? {} : body.webhook;
  if (!isRecord(given)) throw invalidParameterError("Invalid webhook");

  for (const name of urls) {
    const value = given[name];
    if (value === undefined) continue;
    if (value === null || value === "") webhook[name] = null;
    else if (typeof value === "string" && isWebAddress(value) && (allowed.fragments || !value.includes("#")))
      webhook[name] = value;
    else throw invalidParameterError(`Invalid webhook.${name}`);
  }
  for (const name of methods) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    if (value !== "POST" && value !== "PUT") throw invalidParameterError(`Invalid webhook.${name}`);
    webhook[name] = value;
  }
  return { webhook, profile: isRecord(body.profile) ? readProfile(body.profile) : null };
}

/** The fields of a new sender that an update does not have. */
export function readNewSender(body: Record<string, unknown>): { address: string; wabaId: string | null } {
  const { sender_id: address, configuration } = body;
  if (typeof address !== "string" || !/^whatsapp:\+[1-9]\d{6,14}$/.test(address))
    throw invalidParameterError("Invalid sender_id");
  if (configuration !== undefined && configuration !== null && !isRecord(configuration))
    throw invalidParameterError("Invalid configuration");
  const wabaId = configuration?.waba_id;
  return { address, wabaId: typeof wabaId === "string" && wabaId !== "" ? wabaId : null };
}

function readProfile(profile: Record<string, unknown>): { name?: string; about?: string } {
  return {
    ...(typeof profile.name === "string" ? { name: profile.name } : {}),
    ...(typeof profile.about === "string" ? { about: profile.about } : {}),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol);
}
