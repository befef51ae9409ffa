import type { SimulatorContext } from "./context.ts";
import type { SimulatorAccount } from "./types.ts";

/** The secondary token becomes the primary one; the old primary is invalid at once. False when there is no secondary token. */
export function promoteToken(ctx: SimulatorContext, account: SimulatorAccount): boolean {
  if (!account.secondaryToken) return false;
  account.authToken = account.secondaryToken;
  account.secondaryToken = null;
  account.dateUpdated = ctx.clock.now();
  ctx.feed.publish("account", { sid: account.sid });
  return true;
}
