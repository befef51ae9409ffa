import type { Database } from "@waystation/db/client";
import { passwordCredentialsOf, tryPassword } from "@waystation/identity/password/password-credentials";
import { addressBlock, countAttempt, type RateLimit, uncountAttempt } from "@waystation/identity/rate-limit";
import type { Logger } from "../lifecycle/logger.ts";
import { CLIENT_ADDRESS_HEADER, type RecordSignIn } from "./better-auth.ts";
import type { createKnownDevices } from "./known-device.ts";
import type { CheckPassword } from "./password-sign-in.ts";

/** Wrong passwords and codes only: what succeeds is taken back. */
export const WRONG_PASSWORDS_PER_ADDRESS_BLOCK: RateLimit = { limit: 60, seconds: 15 * 60 };

interface Options {
  db: Database;
  secret: string;
  devices: ReturnType<typeof createKnownDevices>;
  tell: RecordSignIn;
  log: Pick<Logger, "warn">;
}

/** Which account signs in with this address and password, within the limits of the client's address and of each account. */
export function createPasswordCheck({ db, secret, devices, tell, log }: Options): CheckPassword {
  return async ({ email, password }, headers) => {
    const ip = headers.get(CLIENT_ADDRESS_HEADER);
    const block = `sign-in:block:${addressBlock(ip)}`;
    const fromBlock = await countAttempt(db, block, WRONG_PASSWORDS_PER_ADDRESS_BLOCK);
    // Whoever is over their own limit counts for nobody else: else they would lock accounts, and fill the table.
    if (!fromBlock.allowed) {
      log.warn({ event: "sign_in.closed", limit: "address", ip }, "Signing in");
      return { retryAfter: fromBlock.retryAfter };
    }
    const credentials = await passwordCredentialsOf(db, email);
    const userIds = credentials.map(({ userId }) => userId);
    const device = devices.find(headers, userIds);
    const knownDevice = device && { userId: device.userId, counter: `sign-in:device:${device.nonce}` };
    const tried = await tryPassword(db, { email, password, credentials, secret, knownDevice });
    if (tried.result === "right") {
      await uncountAttempt(db, block);
      return { userId: tried.userId, hash: tried.hash };
    }
    // A device that an account knows means that account: others that claim the address are not told of it.
    const concerned = device ? [device.userId] : userIds;
    const from = { device: device ? "known" : "new" };
    // For what failed nobody waits: how long that takes must not tell whether there is an account.
    void tell(tried.result === "limited" ? "sign_in.closed" : "sign_in.failed", concerned, headers, from);
    return tried.result === "limited" ? { retryAfter: tried.retryAfter } : { userId: null };
  };
}
