import type { SimulatorContext } from "./context.ts";
import type { SimulatorAccount } from "./types.ts";

/**
 * Makes the secondary token the primary one. The old primary token is invalid immediately. False if there is no secondary
 * token.
 */
export function promoteToken(ctx: SimulatorContext, account: SimulatorAccount): boolean {
  if (!account.secondaryToken) return false;
  account.authToken = account.secondaryToken;
  account.secondaryToken = null;
  account.dateUpdated = ctx.clock.now();
  ctx.feed.publish("account", { sid: account.sid });
  return true;
}
