import type { WebhookConnection } from "../connection-cache.ts";
import type { FormPairs } from "../form-body.ts";
import type { WebhookRejection } from "../rejections.ts";
import { findSigningSecret } from "./signature.ts";
import { readSignatureSettings } from "./signature-settings.ts";

export type SignatureVerification =
  | { state: "valid"; connection: WebhookConnection }
  | { state: "rejected"; connection: WebhookConnection; rejection: WebhookRejection }
  /** The stored secret that is needed cannot be opened: our fault, so Twilio should retry. */
  | { state: "unreadable" };

interface SignedRequest {
  signature: string | undefined;
  /** `X-Twilio-Webhooks-Signature-Settings`, which Twilio adds when it signs with a shared key. */
  settings: string | undefined;
  url: string;
  pairs: FormPairs;
}

/** Which of the connections that a webhook may be for it is really for: the one whose secret signed it. */
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

/** The stored key says which algorithm signs. A token is not tried: its signature would need no header. */
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
