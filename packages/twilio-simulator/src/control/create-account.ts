import type { SimulatorContext } from "../state/context.ts";
import { makeAccount, makeSender } from "../state/seed.ts";
import type { SimulatorAccount } from "../state/types.ts";

export type NewSimulatorAccount = {
  friendlyName?: string;
  type?: SimulatorAccount["type"];
  /** Addresses of its senders (`whatsapp:+…`), or the number of senders to create. Default: one. */
  senders?: string[] | number;
};

/** Creates a healthy account, so that tests do not have to share one. */
export function createSimulatorAccount(
  ctx: SimulatorContext,
  input: NewSimulatorAccount = {},
): SimulatorAccount {
  const friendlyName = input.friendlyName ?? "Test account";
  const wanted = input.senders ?? 1;
  const addresses = Array.isArray(wanted) ? wanted : Array.from({ length: wanted }, () => newAddress(ctx));
  const now = ctx.clock.now();
  const account = makeAccount(ctx.random.sid("AC"), friendlyName, {
    authToken: ctx.random.hex(),
    type: input.type ?? "Full",
    dateCreated: now,
    dateUpdated: now,
    note: "Made by the control API",
    senders: addresses.map((address) => makeSender(ctx.random.sid("XE"), address, friendlyName)),
  });
  ctx.state.accounts.set(account.sid, account);
  ctx.feed.publish("account", { sid: account.sid });
  return account;
}

/**
 * Numbers from the range reserved for fiction, with their own area code so that they never collide with a customer's number.
 */
function newAddress(ctx: SimulatorContext): string {
  const number = Math.floor(ctx.random.share() * 10_000_000);
  return `whatsapp:+1628${String(number).padStart(7, "0")}`;
}
