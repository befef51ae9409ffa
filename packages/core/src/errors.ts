/** Every refusal that a caller may see. The sentence that goes with it says what to do; the console keys on the reason. */
export type ErrorReason =
  | "sid_format"
  | "token_format"
  | "key_instead_of_sid"
  | "api_key_only"
  | "api_key_format"
  | "api_key_failed"
  | "auth_failed"
  | "account_suspended"
  | "account_closed"
  | "secondary_token"
  | "no_permission"
  | "sender_format"
  | "sender_not_found"
  | "sender_offline"
  | "sender_taken"
  | "twilio_unreachable"
  | "twilio_rate_limited"
  | "twilio_unexpected"
  | "too_many_requests"
  | "too_many_streams"
  | "test_mode_off"
  | "not_found"
  | "cursor_invalid"
  | "not_allowed"
  | "not_signed_in"
  | "key_refused"
  | "sign_in_first"
  | "account_ambiguous"
  | "setup_token_wrong"
  | "setup_done"
  | "password_weak"
  | "password_wrong"
  | "code_wrong"
  | "second_factor_needed"
  | "second_factor_required"
  | "name_missing"
  | "email_invalid"
  | "already_member"
  | "invitation_invalid"
  | "reset_invalid"
  | "mail_off"
  | "last_owner"
  | "shortcut_taken"
  | "shared_key_exists"
  | "changed_meanwhile"
  | "too_many"
  | "window_closed"
  | "opted_out"
  | "disconnected"
  | "media_gone"
  | "media_too_large"
  | "media_type"
  | "attachment_gone"
  | "not_reachable"
  | "database_unavailable";

/** The input field that a refusal belongs to, for the form to show it there. */
export type FieldError =
  | "mode"
  | "accountSid"
  | "accountId"
  | "authToken"
  | "apiKeySid"
  | "apiKeySecret"
  | "keyId"
  | "sender"
  | "token"
  | "name"
  | "email"
  | "password"
  | "code"
  | "role"
  | "shortcut"
  | "cursor";

export class DomainError extends Error {
  override name = "DomainError";
  readonly reason: ErrorReason;
  readonly field: FieldError | null;
  readonly detail: Record<string, unknown>;

  constructor(
    reason: ErrorReason,
    message: string,
    more: { field?: FieldError; detail?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.reason = reason;
    this.field = more.field ?? null;
    this.detail = more.detail ?? {};
  }
}
