import type { WebhookConnection } from "../connection-cache.ts";
import type { FormPairs } from "../form-body.ts";
import type { WebhookRejection } from "../rejections.ts";
import { findSigningSecret } from "./signature.ts";
import { readSignatureSettings } from "./signature-settings.ts";

type SignatureVerification =
  | { state: "valid"; connection: WebhookConnection }
  | { state: "rejected"; connection: WebhookConnection; rejection: WebhookRejection }
  /** The required secret cannot be decrypted. This is a server error, so Twilio should retry. */
  | { state: "unreadable" };

interface SignedRequest {
  signature: string | undefined;
  /** `X-Twilio-Webhooks-Signature-Settings`, which Twilio adds when it signs with a shared key. */
  settings: string | undefined;
  url: string;
  pairs: FormPairs;
}

/** Finds the connection whose secret signed the request, among the connections that the webhook may belong to. */
export function verifySignature(
  candidates: readonly [WebhookConnection, ...WebhookConnection[]],
  request: SignedRequest,
): SignatureVerification {
  const { signature, url, pairs } = request;
  const [first] = candidates;
  if (!signature) return { state: "rejected", connection: first, rejection: { reason: "signature_missing" } };
  if (request.settings !== undefined) {
    const settings = readSignatureSettings(request.settings);
    if (settings) return verifySharedKey(candidates, settings, signature, url, pairs);
  }
  const connection = candidates.find(({ tokens }) => findSigningSecret(tokens, signature, url, pairs) >= 0);
  if (connection) return { state: "valid", connection };
  if (candidates.some(({ tokens }) => tokens.length === 0)) return { state: "unreadable" };
  return { state: "rejected", connection: first, rejection: { reason: "signature_wrong" } };
}

/** The algorithm comes from the stored key. Auth Tokens are not tried: a token's signature needs no such header. */
function verifySharedKey(
  candidates: readonly [WebhookConnection, ...WebhookConnection[]],
  { keyId, algorithm }: { keyId: string | null; algorithm: string | null },
  signature: string,
  url: string,
  pairs: FormPairs,
): SignatureVerification {
  const holders = candidates.flatMap((connection) =>
    connection.sharedKeys.flatMap((key) => (key.id === keyId ? [{ connection, key }] : [])),
  );
  const [holder] = holders;
  if (!holder)
    return {
      state: "rejected",
      connection: candidates[0],
      rejection: { reason: "signature_key_unknown", keyId },
    };
  const signer = holders.find(
    ({ key }) =>
      key.secret !== null && findSigningSecret([key.secret], signature, url, pairs, key.algorithm) === 0,
  );
  if (signer) return { state: "valid", connection: signer.connection };
  if (holders.some(({ key }) => key.secret === null)) return { state: "unreadable" };
  const isOther =
    (algorithm === "HMAC_SHA1" || algorithm === "HMAC_SHA256") && algorithm !== holder.key.algorithm;
  return {
    state: "rejected",
    connection: holder.connection,
    rejection: { reason: "signature_wrong", keyId, ...(isOther && { otherAlgorithm: algorithm }) },
  };
}
