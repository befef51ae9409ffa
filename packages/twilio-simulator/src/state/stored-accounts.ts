import type { SimulatorContext, SimulatorState } from "./context.ts";
import { finishCreation } from "./create-sender.ts";
import { seedAccounts } from "./seed.ts";
import type { SimulatorAccount } from "./types.ts";

/** The parts of an account that REST API clients create, change and delete. */
export type StoredAccount = Pick<SimulatorAccount, "sid" | "senders" | "services">;

/** The seeded accounts whose senders or services differ from the seed. */
export function changedAccounts(state: SimulatorState): StoredAccount[] {
  const pick = ({ sid, senders, services }: SimulatorAccount): StoredAccount => ({ sid, senders, services });
  return seedAccounts().flatMap((seed) => {
    const account = state.accounts.get(seed.sid);
    if (!account || JSON.stringify(pick(account)) === JSON.stringify(pick(seed))) return [];
    return [pick(account)];
  });
}

/** Skips accounts that do not exist. Completes senders whose creation or update was pending. */
export function restoreAccounts(ctx: SimulatorContext, stored: StoredAccount[]): void {
  for (const { sid, senders, services } of structuredClone(stored)) {
    const account = ctx.state.accounts.get(sid);
    if (!account) continue;
    Object.assign(account, { senders, services });
    for (const sender of senders) {
      if (sender.status === "CREATING") finishCreation(ctx, sender);
      if (sender.status === "ONLINE:UPDATING") sender.status = "ONLINE";
    }
  }
}
