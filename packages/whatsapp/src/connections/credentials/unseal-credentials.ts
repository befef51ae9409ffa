import type { Installation } from "@waystation/core/context";
import { SealError, unseal } from "@waystation/core/credentials";
import { DomainError } from "@waystation/core/errors";
import type { ConnectionRecord } from "../require-connection.ts";
import type { TwilioCredentials } from "./parse-credentials.ts";

/** The decrypted credentials for one Twilio call. Throws if the connection has none that can be decrypted. */
export function unsealCredentials(
  platform: Pick<Installation, "keyring">,
  row: ConnectionRecord,
): TwilioCredentials {
  const place = { organizationId: row.organizationId, connectionId: row.id };
  try {
    if (row.authTokenSealed === null) throw new SealError("No token is stored.");
    const authToken = unseal(platform.keyring, { ...place, field: "auth_token" }, row.authTokenSealed);
    const apiKey =
      row.apiKeySid !== null && row.apiKeySecretSealed !== null
        ? {
            sid: row.apiKeySid,
            secret: unseal(platform.keyring, { ...place, field: "api_key_secret" }, row.apiKeySecretSealed),
          }
        : null;
    return { mode: row.mode, accountSid: row.accountSid, authToken, apiKey };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new DomainError(
      "auth_failed",
      "The stored Auth Token cannot be opened with this server's encryption keys. Disconnect and connect again: the history stays.",
    );
  }
}
