import { DomainError, type ErrorReason, type FieldError } from "@waystation/core/errors";
import type { CredentialsInput } from "../inputs.ts";

export interface TwilioCredentials {
  mode: "live" | "test";
  accountSid: string;
  authToken: string;
  apiKey: { sid: string; secret: string } | null;
}

const TOKEN = /^[0-9a-z]{32}$/i;

/** Detects mistyped and swapped values before Twilio is called. Whitespace around a pasted value is allowed. */
export function parseCredentials(input: CredentialsInput): TwilioCredentials {
  const accountSid = input.accountSid.trim();
  const authToken = input.authToken.trim();
  const keySid = input.apiKeySid?.trim() || null;
  const keySecret = input.apiKeySecret?.trim() || null;

  if (/^SK/i.test(accountSid))
    refuse(
      "key_instead_of_sid",
      "accountSid",
      "This is the SID of an API key (SK…). The Account SID starts with AC; it stands on the first page of Twilio's console.",
    );
  if (TOKEN.test(accountSid) && /^AC[0-9a-z]{32}$/i.test(authToken))
    refuse(
      "sid_format",
      "accountSid",
      "Account SID and Auth Token are swapped: the one that starts with AC is the SID.",
    );
  if (!/^AC/i.test(accountSid))
    refuse(
      "sid_format",
      "accountSid",
      "An Account SID starts with AC and has 34 characters. Copy it from the first page of Twilio's console.",
    );
  if (!/^AC[0-9a-f]{32}$/i.test(accountSid))
    refuse(
      "sid_format",
      "accountSid",
      accountSid.length === 34
        ? "An Account SID has only the digits 0–9 and the letters a–f after AC. Copy it again."
        : `An Account SID has 34 characters; this one has ${accountSid.length}. Copy it again, whole.`,
    );
  if (authToken === "" && (keySid || keySecret))
    refuse(
      "api_key_only",
      "authToken",
      "An API key alone is not enough: Twilio signs its webhooks with the Auth Token only, so without it no message could be proven genuine. Add the Auth Token; the key is then used for calls to Twilio.",
    );
  if (/^(AC|SK)[0-9a-z]{32}$/i.test(authToken))
    refuse(
      "token_format",
      "authToken",
      "This is a SID, not the Auth Token. The token stands below the Account SID in Twilio's console, behind “Show”.",
    );
  if (!TOKEN.test(authToken))
    refuse(
      "token_format",
      "authToken",
      authToken.length === 32
        ? "An Auth Token has only letters and digits. Copy it again."
        : `An Auth Token has 32 characters; this one has ${authToken.length}. Copy it again, whole.`,
    );
  if (keySid === null && keySecret === null)
    return { mode: input.mode, accountSid: canonical(accountSid), authToken, apiKey: null };
  if (keySid === null || !/^SK[0-9a-f]{32}$/i.test(keySid))
    refuse(
      "api_key_format",
      "apiKeySid",
      "An API key's SID starts with SK and has 34 characters. Leave both key fields empty to do without a key.",
    );
  if (keySecret === null || keySecret.length < 16)
    refuse(
      "api_key_format",
      "apiKeySecret",
      "The key's secret is missing or too short. Twilio shows it only once, when the key is made.",
    );
  return {
    mode: input.mode,
    accountSid: canonical(accountSid),
    authToken,
    apiKey: { sid: keySid as string, secret: keySecret as string },
  };
}

function canonical(sid: string): string {
  return `AC${sid.slice(2)}`;
}

function refuse(reason: ErrorReason, field: FieldError, message: string): never {
  throw new DomainError(reason, message, { field });
}
