import type { SimulatorContext } from "./context.ts";
import type { SimulatorAccount } from "./types.ts";
import type { WebhookOperation } from "./webhook-config.ts";

const MOST_OPERATIONS = 200;

/** Puts the account's current rules into force after a delay, as Twilio does. Returns the operation to poll. */
export function applyRules(
  ctx: SimulatorContext,
  account: SimulatorAccount,
  resourceId: string,
): WebhookOperation {
  const { webhookConfig: config } = account;
  const operation: WebhookOperation = {
    id: ctx.random.typeId("webhooks_operation"),
    status: "PENDING",
    resourceId,
    createdAt: ctx.clock.now(),
    completedAt: null,
  };
  config.operations.unshift(operation);
  config.operations.splice(MOST_OPERATIONS);
  const rules = structuredClone(config.rules);
  ctx.clock.after(ctx.pace.ruleUpdate / 2, () => {
    operation.status = "RUNNING";
  });
  ctx.clock.after(ctx.pace.ruleUpdate, () => {
    operation.status = "COMPLETED";
    operation.completedAt = ctx.clock.now();
    config.rulesInForce = rules;
    ctx.feed.publish("account", { sid: account.sid });
  });
  return operation;
}
