import type { SimulatorContext } from "./context.ts";
import { makeSender } from "./seed.ts";
import type { SimulatorSender } from "./types.ts";

/** A new sender comes online after a delay, as at Twilio. */
export function finishCreation(ctx: SimulatorContext, sender: SimulatorSender): void {
  ctx.clock.after(ctx.pace.senderUpdate, () => {
    if (sender.status !== "CREATING") return;
    const { qualityRating, messagingLimit } = makeSender(sender.sid, sender.address, sender.displayName);
    Object.assign(sender, { status: "ONLINE", qualityRating, messagingLimit });
    ctx.feed.publish("sender", sender);
  });
}
