import type { SimulatorSignatureAlgorithm } from "../sign.ts";

/** An account's resources at webhooks.twilio.com (Twilio docs, Webhooks configuration API; public beta since 2026-09). */
export type WebhookConfig = {
  sharedKeys: SimulatorSharedKey[];
  settings: WebhookSetting[];
  rules: WebhookRule[];
  /** The rules in force. A change of `rules` takes effect when its operation completes. */
  rulesInForce: WebhookRule[];
  operations: WebhookOperation[];
  /** Requests and their responses by Idempotency-Key. */
  answered: Map<string, { request: string; status: number; body: unknown }>;
};

export type SimulatorSharedKey = {
  id: string;
  friendlyName: string;
  secret: string;
  createdAt: number;
  updatedAt: number;
};

export type RetryReason = "HTTP_4XX" | "HTTP_5XX" | "CONNECTION_TIMEOUT" | "READ_TIMEOUT" | "ALL";

export type ConnectionSetting = {
  connectTimeoutMs: number;
  readTimeoutMs: number;
  totalTimeoutMs: number;
  retryPolicy: { retryCount: number; retryOn: RetryReason[] };
};

export type SignatureSetting =
  | { type: "SHARED_KEY"; sharedKeyId: string; algorithm: SimulatorSignatureAlgorithm }
  | { type: "NONE" };

export type AuthSetting = {
  source: "INLINE";
  value: { scheme: "NONE" } | { scheme: "BASIC"; username: string; password: string };
};

export type WebhookSetting = {
  id: string;
  friendlyName: string;
  description: string | null;
  auth: AuthSetting;
  /** Null: the Auth Token signs, as without a rule. */
  signature: SignatureSetting | null;
  connection: ConnectionSetting | null;
  createdAt: number;
  updatedAt: number;
};

export type WebhookRule = {
  id: string;
  friendlyName: string;
  description: string | null;
  match:
    | { matchType: "EXACT_MATCH"; value: string }
    | { matchType: "PREFIX_MATCH"; prefix: string }
    | { matchType: "DEFAULT" };
  settings: { settingId: string; percentage: number }[];
  createdAt: number;
  updatedAt: number;
};

export type WebhookOperation = {
  id: string;
  status: "PENDING" | "RUNNING" | "COMPLETED";
  resourceId: string;
  createdAt: number;
  completedAt: number | null;
};

/** Maximum number of each resource per account. */
export const MAX_RESOURCES = 50;

export function makeWebhookConfig(): WebhookConfig {
  return {
    sharedKeys: [],
    settings: [],
    rules: [],
    rulesInForce: [],
    operations: [],
    answered: new Map(),
  };
}

/** The rule for a URL: the exact match, else the longest prefix, else the default rule. */
export function findRule(rules: readonly WebhookRule[], url: string): WebhookRule | null {
  const exact = rules.find(({ match }) => match.matchType === "EXACT_MATCH" && match.value === url);
  if (exact) return exact;
  const lengthOf = ({ match }: WebhookRule) =>
    match.matchType === "PREFIX_MATCH" && url.startsWith(match.prefix) ? match.prefix.length : -1;
  const prefixes = rules.filter((rule) => lengthOf(rule) >= 0).sort((a, b) => lengthOf(b) - lengthOf(a));
  return prefixes[0] ?? rules.find(({ match }) => match.matchType === "DEFAULT") ?? null;
}
