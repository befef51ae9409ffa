import type { Context } from "./context.ts";
import type { SharedKey } from "./webhook-config.ts";

export function makeSharedKey(ctx: Context, friendlyName: string): SharedKey {
  const now = ctx.clock.now();
  return {
    id: ctx.random.typeId("webhooks_sharedkey"),
    friendlyName,
    secret: ctx.random.hex(64),
    createdAt: now,
    updatedAt: now,
  };
}
