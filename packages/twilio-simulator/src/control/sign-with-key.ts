import {
  SIMULATOR_SIGNATURE_ALGORITHMS,
  type SimulatorSignatureAlgorithm,
  urlWithSignature,
} from "../sign.ts";
import { applyRules } from "../state/change-rules.ts";
import type { SimulatorContext } from "../state/context.ts";
import { makeSharedKey } from "../state/make-shared-key.ts";
import type { SimulatorAccount } from "../state/types.ts";
import { MAX_RESOURCES } from "../state/webhook-config.ts";

export type SignWithKeyInput = {
  accountSid: string;
  /** Default: HMAC_SHA256. */
  algorithm?: SimulatorSignatureAlgorithm;
  /** URL prefix of the webhooks to sign. Without a prefix, the rule becomes the account's default. */
  prefix?: string;
};

/** Combines three calls of webhooks.twilio.com: create a key, create a setting that signs with it, and create a rule. */
export function signWithKey(ctx: SimulatorContext, account: SimulatorAccount, input: SignWithKeyInput) {
  const algorithm = input.algorithm ?? "HMAC_SHA256";
  if (!SIMULATOR_SIGNATURE_ALGORITHMS.includes(algorithm))
    throw new RangeError("algorithm is HMAC_SHA1 or HMAC_SHA256");
  const { webhookConfig: config } = account;
  if (config.sharedKeys.length >= MAX_RESOURCES || config.settings.length >= MAX_RESOURCES)
    throw new RangeError(`An account has at most ${MAX_RESOURCES} shared keys and settings`);
  const prefix = input.prefix === undefined ? null : urlWithSignature(input.prefix);
  if (prefix !== null && !prefix.endsWith("/")) throw new RangeError("prefix ends with /");
  const now = ctx.clock.now();
  const key = makeSharedKey(ctx, "Made on the simulator's page");
  const setting = {
    id: ctx.random.typeId("webhooks_setting"),
    friendlyName: key.friendlyName,
    description: null,
    auth: { source: "INLINE" as const, value: { scheme: "NONE" as const } },
    signature: { type: "SHARED_KEY" as const, sharedKeyId: key.id, algorithm },
    connection: null,
    createdAt: now,
    updatedAt: now,
  };
  const match =
    prefix === null ? { matchType: "DEFAULT" as const } : { matchType: "PREFIX_MATCH" as const, prefix };
  config.sharedKeys.push(key);
  config.settings.push(setting);
  config.rules = config.rules.filter((rule) => JSON.stringify(rule.match) !== JSON.stringify(match));
  const rule = {
    id: ctx.random.typeId("webhooks_rule"),
    friendlyName: key.friendlyName,
    description: null,
    match,
    settings: [{ settingId: setting.id, percentage: 100 }],
    createdAt: now,
    updatedAt: now,
  };
  config.rules.push(rule);
  applyRules(ctx, account, rule.id);
  ctx.feed.publish("account", { sid: account.sid });
  return { keyId: key.id, secret: key.secret, algorithm };
}

/** Removes all rules of the account, so that its Auth Token signs webhooks again. The keys remain. */
export function removeRules(ctx: SimulatorContext, account: SimulatorAccount): void {
  const { webhookConfig: config } = account;
  if (config.rules.length === 0) return;
  const [last] = config.rules.slice(-1);
  config.rules = [];
  applyRules(ctx, account, last?.id ?? "");
  ctx.feed.publish("account", { sid: account.sid });
}
