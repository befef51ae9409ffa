import { type SignedParams, type SimulatorSignatureAlgorithm, signSimulatorWebhook } from "../sign.ts";
import type { SimulatorAccount } from "../state/types.ts";

/** The key that signs a webhook: the account's primary Auth Token, or the shared key of a setting. */
export type WebhookSigner =
  | { kind: "token" }
  | { kind: "none" }
  | { kind: "key"; keyId: string; secret: string; algorithm: SimulatorSignatureAlgorithm };

/** The signature headers. With a shared key, a second header names the key. */
export function signatureHeaders(
  account: SimulatorAccount,
  signer: WebhookSigner,
  url: string,
  params: SignedParams,
): { "X-Twilio-Signature"?: string; "X-Twilio-Webhooks-Signature-Settings"?: string } {
  if (signer.kind === "none") return {};
  if (signer.kind === "token")
    return { "X-Twilio-Signature": signSimulatorWebhook(account.authToken, url, params) };
  return {
    "X-Twilio-Signature": signSimulatorWebhook(signer.secret, url, params, signer.algorithm),
    "X-Twilio-Webhooks-Signature-Settings": `key=${signer.keyId},algorithm=${signer.algorithm}`,
  };
}
