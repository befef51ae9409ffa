import { urlWithSignature } from "../sign.ts";
import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorAccount } from "../state/types.ts";
import { findRule, type RetryReason, type WebhookSetting } from "../state/webhook-config.ts";
import { type ConnectionOverrides, parseConnectionOverrides, type RetryPolicy } from "./overrides.ts";
import type { WebhookSigner } from "./signer.ts";

export type AppliedSetting = {
  overrides: ConnectionOverrides;
  signer: WebhookSigner;
  /** `Authorization` header of the setting, sent without waiting for a 401. */
  authorization: string | null;
};

const policies: Record<RetryReason, RetryPolicy> = {
  HTTP_4XX: "4xx",
  HTTP_5XX: "5xx",
  CONNECTION_TIMEOUT: "ct",
  READ_TIMEOUT: "rt",
  ALL: "all",
};
/** Used by a setting without connection settings: no retries. */
const defaults = {
  connectTimeoutMs: 5_000,
  readTimeoutMs: 15_000,
  totalTimeoutMs: 15_000,
  retryPolicy: { retryCount: 0, retryOn: [] },
};

/**
 * Determines how a webhook to this URL is sent: by the setting of the matching rule, or by the URL's overrides. A rule's
 * connection settings replace the overrides of the URL (Twilio docs, Connection overrides).
 */
export function chooseSignatureSetting(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  url: string,
): AppliedSetting {
  const setting = findSetting(ctx, account, url);
  if (!setting)
    return { overrides: parseConnectionOverrides(url), signer: { kind: "token" }, authorization: null };
  const { connectTimeoutMs, readTimeoutMs, totalTimeoutMs, retryPolicy } = setting.connection ?? defaults;
  const { value } = setting.auth;
  return {
    overrides: {
      connectTimeout: connectTimeoutMs,
      readTimeout: readTimeoutMs,
      totalTimeout: totalTimeoutMs,
      retries: retryPolicy.retryCount,
      policies: new Set(retryPolicy.retryOn.map((reason) => policies[reason])),
    },
    signer: signerOf(account, setting),
    authorization:
      value.scheme === "BASIC"
        ? `Basic ${Buffer.from(`${value.username}:${value.password}`).toString("base64")}`
        : null,
  };
}

function findSetting(ctx: SimulatorContext, account: SimulatorAccount, url: string): WebhookSetting | null {
  const rule = findRule(account.webhookConfig.rulesInForce, urlWithSignature(url));
  if (!rule) return null;
  const [first, second] = rule.settings;
  const chosen = second && ctx.random.share() * 100 < second.percentage ? second : first;
  return account.webhookConfig.settings.find(({ id }) => id === chosen?.settingId) ?? null;
}

function signerOf(account: SimulatorAccount, { signature }: WebhookSetting): WebhookSigner {
  if (signature === null) return { kind: "token" };
  if (signature.type === "NONE") return { kind: "none" };
  const key = account.webhookConfig.sharedKeys.find(({ id }) => id === signature.sharedKeyId);
  return key
    ? { kind: "key", keyId: key.id, secret: key.secret, algorithm: signature.algorithm }
    : { kind: "none" };
}
