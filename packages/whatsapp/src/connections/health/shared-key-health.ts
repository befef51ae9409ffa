import type { SharedKeyView } from "../shared-keys/list-shared-keys.ts";
import type { VerdictReason } from "./connection-health.ts";

/** The newest rejected webhook that names a shared key which is not stored. */
export interface UnknownSharedKey {
  keyId: string | null;
  receivedAt: Date;
}

interface Facts {
  sharedKeys: readonly SharedKeyView[];
  unknownKey: UnknownSharedKey | null;
  lastValidAt: Date | null;
  rejected: number;
}

const HOUR_MS = 3_600_000;

/** Problems with a connection's stored shared keys, and with a missing key. */
export function sharedKeyReasons(facts: Facts): VerdictReason[] {
  const reasons: VerdictReason[] = facts.sharedKeys
    .filter(({ isReadable }) => !isReadable)
    .map(({ keyId }) => ({
      code: "shared_key_unreadable",
      severity: "broken",
      sentence: `The shared key ${keyId} cannot be opened with this server's encryption keys, so webhooks that it signs cannot be verified. Remove it and add it again.`,
      action: null,
    }));
  if (lacksKey(facts))
    reasons.push({
      code: "signature_key_unknown",
      severity: "attention",
      sentence: `Twilio signs webhooks with a shared key that is not stored here${facts.unknownKey?.keyId ? ` (${facts.unknownKey.keyId})` : ""}, so they are rejected: ${facts.rejected} in the last 24 hours. Add the key, or remove the Webhook Rule at Twilio.`,
      action: {
        kind: "add_shared_key",
        label: "Add the shared key",
        ...(facts.unknownKey?.keyId && { keyId: facts.unknownKey.keyId }),
      },
    });
  return reasons;
}

/** Whether the key named by a rejected webhook was added since, but no genuine webhook has arrived after that rejection. */
export function awaitsFirstWebhook({
  unknownKey,
  sharedKeys,
  lastValidAt,
}: Omit<Facts, "rejected">): boolean {
  if (unknownKey === null || (lastValidAt !== null && lastValidAt > unknownKey.receivedAt)) return false;
  return sharedKeys.some(({ keyId }) => keyId === unknownKey.keyId);
}

/**
 * Anyone can send a webhook that names a made-up key, so an old rejection counts only until a genuine webhook arrives. A recent
 * one always counts: a Webhook Rule can split traffic between a stored and an unknown key.
 */
function lacksKey({ unknownKey, sharedKeys, lastValidAt }: Facts): boolean {
  if (unknownKey === null || sharedKeys.some(({ keyId }) => keyId === unknownKey.keyId)) return false;
  const isRecent = Date.now() - unknownKey.receivedAt.getTime() < HOUR_MS;
  return isRecent || lastValidAt === null || unknownKey.receivedAt > lastValidAt;
}
