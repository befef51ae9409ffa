import type { Platform } from "../context.ts";
import { open, SealError } from "../credentials.ts";
import { DomainError } from "../errors.ts";
import type { Connection } from "./find-connection.ts";
import type { Credentials } from "./read-credentials.ts";

/** The stored credentials in clear, for one call to Twilio. Throws when the connection has none that open. */
export function openCredentials(platform: Pick<Platform, "keyring">, row: Connection): Credentials {
  const place = { organizationId: row.organizationId, connectionId: row.id };
  try {
    if (row.authTokenSealed === null) throw new SealError("No token is stored.");
    const authToken = open(platform.keyring, { ...place, field: "auth_token" }, row.authTokenSealed);
    const apiKey =
      row.apiKeySid !== null && row.apiKeySecretSealed !== null
        ? {
            sid: row.apiKeySid,
            secret: open(platform.keyring, { ...place, field: "api_key_secret" }, row.apiKeySecretSealed),
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
