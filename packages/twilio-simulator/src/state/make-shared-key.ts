import type { SimulatorContext } from "./context.ts";
import type { SimulatorSharedKey } from "./webhook-config.ts";

export function makeSharedKey(ctx: SimulatorContext, friendlyName: string): SimulatorSharedKey {
  const now = ctx.clock.now();
  return {
    id: ctx.random.typeId("webhooks_sharedkey"),
    friendlyName,
    secret: ctx.random.hex(64),
    createdAt: now,
    updatedAt: now,
  };
}
