import type { SimulatorContext } from "../state/context.ts";
import type { SimulatorMessage } from "../state/types.ts";

const day = 24 * 60 * 60 * 1000;

const keyOf = (accountSid: string, business: string, customer: string) =>
  `${accountSid} ${business} ${customer}`;

/** A message from the customer opens the customer service window for 24 hours. */
export function openSimulatorWindow(
  ctx: SimulatorContext,
  accountSid: string,
  business: string,
  customer: string,
): void {
  ctx.state.windows.set(keyOf(accountSid, business, customer), ctx.clock.now());
}

export function isSimulatorWindowOpen(ctx: SimulatorContext, message: SimulatorMessage): boolean {
  const last = ctx.state.windows.get(keyOf(message.accountSid, message.from ?? "", message.to));
  return last !== undefined && ctx.clock.now() - last < day;
}
