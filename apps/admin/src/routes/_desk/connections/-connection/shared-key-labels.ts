import type { Connection } from "../../../../trpc.ts";

export const MOST_SHARED_KEYS = 4;

export const SHARED_KEYS_AT_TWILIO = "https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys";

export const algorithmLabels: Record<Connection["sharedKeys"][number]["algorithm"], string> = {
  HMAC_SHA256: "HMAC-SHA256",
  HMAC_SHA1: "HMAC-SHA1",
};
