import { type Keyring, type SealContext, seal, unseal } from "@waystation/core/credentials";
import { Secret, TOTP } from "otpauth";

/** Codes of the step before and of the next one count too: clocks differ, and people type slowly. */
const WINDOW = 1;

const totp = (secret: string, label = "") =>
  new TOTP({ issuer: "Waystation", label, secret: Secret.fromBase32(secret) });

/** 160 random bits, in base32. */
export const newTotpSecret = () => new Secret({ size: 20 }).base32;

/** What an authenticator app reads out of the QR code. */
export const totpSetupUri = (secret: string, email: string) => totp(secret, email).toString();

export const isTotpCode = (code: string) => /^[0-9]{6}$/.test(code);

/** The number of the 30 seconds that this code is of; null when it is of none of these. */
export function totpStepOf(secret: string, code: string): number | null {
  if (!isTotpCode(code)) return null;
  const now = totp(secret);
  const timestamp = Date.now();
  const delta = now.validate({ token: code, window: WINDOW, timestamp });
  return delta === null ? null : now.counter({ timestamp }) + delta;
}

/**
 * By the keyring and not by AUTH_SECRET: whoever sets another AUTH_SECRET means that everybody signs in again, and must not
 * thereby lock out all who have a second step. The keyring can be changed without a loss, and a lost key is noticed at the start.
 */
export const sealTotpSecret = (keyring: Keyring, userId: string, secret: string) =>
  seal(keyring, totpSealContext(userId), secret);

export const unsealTotpSecret = (keyring: Keyring, userId: string, sealed: string) =>
  unseal(keyring, totpSealContext(userId), sealed);

export const totpSealContext = (userId: string): SealContext => ({
  organizationId: "people",
  connectionId: userId,
  field: "totp_secret",
});
