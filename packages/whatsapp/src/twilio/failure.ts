import { DomainError, type ErrorReason, type FieldError } from "@waystation/core/errors";
import { UnexpectedResponseError, UnreachableError } from "./http.ts";

/** The two fields that all three error shapes of the Twilio client have in common. */
interface TwilioErrorResponse {
  status: number;
  code: number | null;
}

export function twilioErrorOf(error: unknown): TwilioErrorResponse | null {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return null;
  const code = "code" in error && Number.isInteger(Number(error.code)) ? Number(error.code) : null;
  return { status: error.status, code };
}

const ACCOUNT_NOT_ACTIVE = 20005;
/** A restricted API key without the permission. The status is 401, as for a wrong key. */
const KEY_NOT_AUTHORIZED = 70051;

/** Why a resource at Twilio could not be read, as the end of a sentence. */
export function unreadableReason(error: unknown): { reason: ErrorReason; why: string } {
  if (error instanceof UnreachableError)
    return { reason: "twilio_unreachable", why: "Twilio did not answer in time" };
  const refusal = twilioErrorOf(error);
  if (!refusal)
    return { reason: "twilio_unexpected", why: "Twilio's response was not in the documented format" };
  if (refusal.status === 429)
    return { reason: "twilio_rate_limited", why: "Twilio is receiving too many requests (429)" };
  if (refusal.status === 401 || refusal.status === 403)
    return {
      reason: "no_permission",
      why: `Twilio answered ${refusal.status}, so these credentials may not read it`,
    };
  return {
    reason: refusal.status >= 500 ? "twilio_unreachable" : "twilio_unexpected",
    why: `Twilio answered ${refusal.status}`,
  };
}

export function isAccountNotActive(error: unknown): boolean {
  return twilioErrorOf(error)?.code === ACCOUNT_NOT_ACTIVE;
}

/**
 * Converts Twilio's error into a DomainError by status and code only: the wording of 20003 has changed four times. `login`
 * names the field that a 401 refers to.
 */
export function twilioToDomainError(error: unknown, login: FieldError = "authToken"): DomainError {
  if (error instanceof DomainError) return error;
  if (error instanceof UnreachableError)
    return refuse(
      "twilio_unreachable",
      "Twilio cannot be reached from this server. Your credentials may be right: try again in a moment, and check status.twilio.com and this server's way out if it stays.",
    );
  if (error instanceof UnexpectedResponseError || error instanceof SyntaxError) return unexpected();
  const refusal = twilioErrorOf(error);
  if (!refusal) throw error;
  if (refusal.code === ACCOUNT_NOT_ACTIVE)
    return refuse(
      "account_suspended",
      "Twilio says that this account is not active: it is suspended or closed. Open it in Twilio's console to see why, then try again.",
      "accountSid",
    );
  if (refusal.status === 429)
    return refuse(
      "twilio_rate_limited",
      "Twilio is receiving too many requests for this account just now. Your credentials may be right: wait a minute and try again.",
    );
  if (refusal.status === 403 || refusal.code === KEY_NOT_AUTHORIZED)
    return refuse(
      "no_permission",
      "These credentials are right, but may not do this at Twilio. Give the API key the permissions for messages and senders, or leave it out.",
      login,
    );
  if (refusal.status === 401)
    return login === "apiKeySid"
      ? refuse(
          "api_key_failed",
          "Twilio does not accept this API key with this secret for this account. Check both, or make a new key: its secret is shown only once.",
          login,
        )
      : refuse(
          "auth_failed",
          "Twilio does not accept this Account SID with this Auth Token. Copy both again from the same account's page in Twilio's console.",
          login,
        );
  if (refusal.status === 404)
    return refuse(
      "auth_failed",
      "Twilio knows no such account. Copy the Account SID again from Twilio's console.",
      "accountSid",
    );
  if (refusal.status >= 500)
    return refuse(
      "twilio_unreachable",
      "Twilio has a fault of its own just now. Your credentials may be right: try again in a moment, and check status.twilio.com if it stays.",
    );
  return unexpected();
}

function unexpected(): DomainError {
  return refuse(
    "twilio_unexpected",
    "Twilio's answer could not be understood. Nothing was changed; try again, and check status.twilio.com if it stays.",
  );
}

function refuse(reason: ErrorReason, message: string, field?: FieldError): DomainError {
  return new DomainError(reason, message, field ? { field } : {});
}
