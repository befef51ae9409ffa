import type { ConnectionStatus } from "../../../../trpc.ts";

export const MAX_SHARED_KEYS = 4;

export const TWILIO_SHARED_KEYS_URL = "https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys";

export const signatureAlgorithmLabels: Record<ConnectionStatus["sharedKeys"][number]["algorithm"], string> = {
  HMAC_SHA256: "HMAC-SHA256",
  HMAC_SHA1: "HMAC-SHA1",
};
