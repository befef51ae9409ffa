import type { Context } from "../state/context.ts";
import type { Message } from "../state/types.ts";

const day = 24 * 60 * 60 * 1000;

const keyOf = (accountSid: string, business: string, customer: string) =>
  `${accountSid} ${business} ${customer}`;

/** A message from the customer opens the window for 24 hours. */
export function openWindow(ctx: Context, accountSid: string, business: string, customer: string): void {
  ctx.state.windows.set(keyOf(accountSid, business, customer), ctx.clock.now());
}

export function isWindowOpen(ctx: Context, message: Message): boolean {
  const last = ctx.state.windows.get(keyOf(message.accountSid, message.from ?? "", message.to));
  return last !== undefined && ctx.clock.now() - last < day;
}
