import { type Params, type SignatureAlgorithm, sign } from "../sign.ts";
import type { Account } from "../state/types.ts";

/** Who signs a webhook: the account's primary Auth Token, or the shared key of a setting. */
export type Signer =
  | { kind: "token" }
  | { kind: "none" }
  | { kind: "key"; keyId: string; secret: string; algorithm: SignatureAlgorithm };

/** The headers of the signature; a shared key is named beside it. */
export function signatureHeaders(
  account: Account,
  signer: Signer,
  url: string,
  params: Params,
): { "X-Twilio-Signature"?: string; "X-Twilio-Webhooks-Signature-Settings"?: string } {
  if (signer.kind === "none") return {};
  if (signer.kind === "token") return { "X-Twilio-Signature": sign(account.authToken, url, params) };
  return {
    "X-Twilio-Signature": sign(signer.secret, url, params, signer.algorithm),
    "X-Twilio-Webhooks-Signature-Settings": `key=${signer.keyId},algorithm=${signer.algorithm}`,
  };
}
